using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// Makes the JWT by which the app itself, not one of its installations, identifies.
/// See "Generating a JSON Web Token (JWT) for a GitHub App" in GitHub's documentation.
/// </summary>
public sealed class AppToken(IOptions<GitHubOptions> options, TimeProvider time) : IDisposable
{
    // GitHub allows 10 minutes and advises to date the token back by a minute, against clocks that differ.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan ClockDrift = TimeSpan.FromSeconds(60);
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);

    private readonly Lock _lock = new();
    private RSA? _key;

    /// <summary>A fresh token.</summary>
    public string Create()
    {
        var now = time.GetUtcNow();
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iat"] = (now - ClockDrift).ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["iss"] = options.Value.AppId ?? "",
        });
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public void Dispose() => _key?.Dispose();

    private byte[] Sign(byte[] data)
    {
        lock (_lock)
        {
            _key ??= AppKey.Load(options.Value);
            return _key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
    }
}
