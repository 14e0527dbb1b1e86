using System.Security.Cryptography;

namespace WebhookBot.Clients.GitHub;

/// <summary>Reads the app's private key.</summary>
internal static class AppKey
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">It is not PEM.</exception>
    /// <exception cref="CryptographicException">It is PEM, but no RSA key, or only a public one.</exception>
    public static RSA Load(GitHubOptions options)
    {
        // Environment variables are often written on one line, with \n for the line ends.
        var pem = !Secret.IsSet(options.PrivateKey)
            ? File.ReadAllText(options.PrivateKeyFile!)
            : options.PrivateKey!.Reveal().Replace("\\n", "\n", StringComparison.Ordinal);
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            _ = key.SignData([], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
