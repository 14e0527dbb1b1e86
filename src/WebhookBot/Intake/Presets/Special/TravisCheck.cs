using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>
/// Travis CI's <c>Signature</c>: RSA with SHA-1, in base64, over the field <c>payload</c>, by the key that its configuration publishes.
/// https://docs.travis-ci.com/user/notifications/#verifying-webhook-requests
/// </summary>
internal sealed class TravisCheck(CheckInput input) : IRequestCheck
{
    public const string Header = "Signature";

    private static readonly Uri Configuration = new("https://api.travis-ci.com/config");

    public Proof Proof { get; } = new(ProofCoverage.Content);

    public bool HasKey => true;

    public bool MayVerify(HttpRequest request) => request.Headers.ContainsKey(Header);

    public async ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation)
    {
        if (request.Header(Header) is not { } header || request.Form is not [{ Key: "payload" } payload])
        {
            // Fields beside it would be read as the event, and nobody signed them.
            return CheckResult.Refused($"the header {Header} or the field payload is missing, or does not come alone");
        }

        var content = Encoding.UTF8.GetBytes(payload.Value);
        var signature = CanonicalBase64.Decode(header) ?? [];
        if (PublicKeys.Verify(input.Secrets, content, signature, HashAlgorithmName.SHA1) is { } verifiedBy)
        {
            return CheckResult.Verified(verifiedBy);
        }

        // A key that changed is asked for again, at the most once a minute.
        foreach (var isFresh in (bool[])[false, true])
        {
            if (await KeyAsync(isFresh, cancellation) is not { } key)
            {
                return CheckResult.Refused($"the key could not be had from {Configuration.Host}");
            }

            if (PublicKeys.Verify([new SourceSecret($"key of {Configuration.Host}", new Secret(key))], content, signature, HashAlgorithmName.SHA1) is { } name)
            {
                return CheckResult.Verified(name);
            }
        }

        return CheckResult.Refused("the signature does not match");
    }

    private async ValueTask<string?> KeyAsync(bool isFresh, CancellationToken cancellation)
    {
        var text = await input.Tools.Keys.FindAsync(Configuration, isFresh, cancellation);
        try
        {
            return text is null ? null : JsonElement.Parse(text).TextAt("config", "notifications", "webhook", "public_key");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>RSA public keys in PEM.</summary>
internal static class PublicKeys
{
    /// <summary>The name of the key that signed; null when none did.</summary>
    public static string? Verify(IEnumerable<SourceSecret> keys, byte[] content, byte[] signature, HashAlgorithmName hash)
    {
        string? found = null;
        foreach (var key in keys)
        {
            using var rsa = RSA.Create();
            try
            {
                rsa.ImportFromPem(key.Value.Reveal());
                found = rsa.KeySize >= 2048 && rsa.VerifyData(content, signature, hash, RSASignaturePadding.Pkcs1) ? key.Name : found;
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                // No key: nothing was signed with it.
            }
        }

        return found;
    }
}
