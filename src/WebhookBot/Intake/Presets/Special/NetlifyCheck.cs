using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>
/// Netlify's <c>X-Webhook-Signature</c>: a JSON Web Token of HS256 with <c>iss</c> netlify and the body's SHA-256 in <c>sha256</c>. Its
/// secret may be shorter than libraries for such tokens allow. https://docs.netlify.com/deploy/deploy-notifications/
/// </summary>
internal sealed class NetlifyCheck(CheckInput input) : IRequestCheck
{
    public const string Header = "X-Webhook-Signature";

    private readonly List<(SourceSecret Secret, byte[] Key)> _keys = [.. input.Secrets.Select(s => (s, Encoding.UTF8.GetBytes(s.Value.Reveal())))];

    public Proof Proof { get; } = new(ProofCoverage.Bytes);

    public bool HasKey => _keys.Count > 0;

    public bool MayVerify(HttpRequest request) => request.Headers.ContainsKey(Header);

    public ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation) => new(Check(request));

    private CheckResult Check(IncomingRequest request)
    {
        if (_keys.Count == 0 || request.Header(Header) is not { Length: <= 4096 } token)
        {
            return CheckResult.Refused(_keys.Count == 0 ? "the source has no usable secret" : $"the header {Header} is missing");
        }

        var parts = token.Split('.');
        if (parts.Length != 3 || Json(parts[0]) is not { } header || Json(parts[1]) is not { } claims || CanonicalBase64.DecodeUrl(parts[2]) is not { Length: 32 } signature)
        {
            return CheckResult.Refused($"the token in {Header} is not readable");
        }

        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        string? verifiedBy = null;
        foreach (var (secret, key) in _keys)
        {
            var equal = CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, signed), signature) && secret.IsValid(input.Tools.Clock.GetUtcNow());
            verifiedBy = equal ? secret.Name : verifiedBy;
        }

        var body = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
        return verifiedBy is null ? CheckResult.Refused("the token's signature does not match: another secret")
            : header.TextAt("alg") != "HS256" || claims.TextAt("iss") != "netlify" ? CheckResult.Refused("the token is not Netlify's")
            : claims.TextAt("sha256") != body ? CheckResult.Refused("the token is of another body: something on the way changes it")
            : CheckResult.Verified(verifiedBy);
    }

    private static JsonElement? Json(string text)
    {
        try
        {
            return CanonicalBase64.DecodeUrl(text) is { } bytes ? JsonElement.Parse(bytes, JsonReading.Strict) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
