using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>The app of a fake GitHub: its key, and the tokens issued to its installations.</summary>
public sealed class FakeGitHubApp(TimeProvider time)
{
    private static readonly RSA Key = RSA.Create(2048);
    private readonly Dictionary<string, (long Installation, string Repository, DateTimeOffset ExpiresAt)> _tokens = [];

    public string Id { get; init; } = "12345";

    public string Slug { get; init; } = "hooked";

    public string PrivateKeyPem { get; } = Key.ExportRSAPrivateKeyPem();

    public string Pkcs8PrivateKeyPem { get; } = Key.ExportPkcs8PrivateKeyPem();

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many installation tokens were issued.</summary>
    public int TokensIssued { get; private set; }

    /// <summary>A token that is good for one repository of an installation.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(long installation, string repository)
    {
        var token = $"ghs_fake{++TokensIssued}";
        var expires = time.GetUtcNow() + TokenLifetime;
        _tokens[token] = (installation, repository, expires);
        return (token, expires);
    }

    /// <summary>GitHub forgets every token.</summary>
    public void RevokeTokens() => _tokens.Clear();

    /// <summary>The installation and the repository that a token stands for; null when it is none or has expired.</summary>
    public (long Installation, string Repository)? ScopeOf(string? authorization) =>
        authorization?.Split(' ') is ["Bearer" or "Token" or "token", var token]
        && _tokens.TryGetValue(token, out var held) && held.ExpiresAt > time.GetUtcNow()
            ? (held.Installation, held.Repository)
            : null;

    /// <summary>What is wrong with a JWT; null when it is right.</summary>
    public string? ProblemOfJwt(string? authorization)
    {
        if (authorization?.Split(' ') is not ["Bearer", var jwt] || jwt.Split('.') is not [var header, var claims, var signature])
        {
            return "no JWT";
        }

        var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
        if (!Key.VerifyData(
            signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        {
            return "the JWT is not signed with the app's key";
        }

        var alg = JsonDocument.Parse(Base64Url.DecodeFromChars(header)).RootElement.GetProperty("alg").GetString();
        var said = JsonDocument.Parse(Base64Url.DecodeFromChars(claims)).RootElement;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var (iat, exp) = (said.GetProperty("iat").GetInt64(), said.GetProperty("exp").GetInt64());
        return alg != "RS256" ? $"the algorithm is {alg}"
            : said.GetProperty("iss").GetString() != Id ? "the JWT is another app's"
            : iat > now || iat < now - 120 ? $"iat is {iat - now} s from now"
            : exp <= now || exp - iat > 600 ? $"exp is {exp - iat} s after iat"
            : null;
    }
}
