using System.Security.Cryptography;
using System.Text;
using WebhookBot.Clients;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>A secret that comes along with the request: in a header, as authorization, or in the address. Nothing is signed.</summary>
internal sealed class CredentialCheck(VerificationScheme scheme, IReadOnlyList<SourceSecret> secrets, TimeProvider clock) : IRequestCheck
{
    // As long as any secret may be, so that comparing takes as long whatever the secret's length.
    private static readonly byte[] Nobody = RandomNumberGenerator.GetBytes(32);

    private readonly List<(SourceSecret Secret, byte[] Hash)> _hashes = [.. secrets.Where(s => Secret.IsSet(s.Value)).Select(s => (s, Hash(s.Value.Reveal())))];

    public Proof Proof { get; } = new(ProofCoverage.Sender);

    public bool HasKey => _hashes.Count > 0;

    public bool MayVerify(HttpRequest request) => scheme.Algorithm switch
    {
        VerificationAlgorithm.Token => request.Headers.ContainsKey(scheme.Header),
        VerificationAlgorithm.SecretAddress => request.RouteValues["secret"] is not null || request.Query.ContainsKey(scheme.Header),
        _ => request.Headers.Authorization.Count > 0,
    };

    public ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation)
    {
        var given = Given(request);
        var now = clock.GetUtcNow();
        var found = Find(given.Whole, now);
        found = Find(given.Part, now) ?? found;
        return new(found is not null && !string.IsNullOrEmpty(given.Whole)
            ? CheckResult.Verified(found)
            : CheckResult.Refused(Problem(string.IsNullOrEmpty(given.Whole))));
    }

    private Func<string> Problem(bool isMissing) => () =>
        _hashes.Count == 0 ? "the source has no usable secret" : isMissing ? $"{Place} is missing" : $"{Place} holds another secret";

    private string Place => scheme.Algorithm switch
    {
        VerificationAlgorithm.Token => $"the header {scheme.Header}",
        VerificationAlgorithm.SecretAddress => $"the secret in the address (/hooks/NAME/SECRET or ?{scheme.Header}=SECRET)",
        VerificationAlgorithm.Bearer => "the Authorization header with a bearer token",
        VerificationAlgorithm.Basic => "the Authorization header with user and password",
        _ => "the Authorization header",
    };

    private (string? Whole, string? Part) Given(IncomingRequest request) => scheme.Algorithm switch
    {
        VerificationAlgorithm.Token => (request.Header(scheme.Header), null),
        VerificationAlgorithm.SecretAddress => (request.AddressSecret(scheme.Header), null),
        _ => Authorization(request.Header("Authorization")),
    };

    private (string? Whole, string? Part) Authorization(string? authorization)
    {
        var space = authorization?.IndexOf(' ', StringComparison.Ordinal) ?? -1;
        var kind = space < 0 ? "" : authorization![..space];
        var credential = space < 0 ? "" : authorization![(space + 1)..].Trim();
        if (scheme.Algorithm != VerificationAlgorithm.Basic && kind.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return (credential, null);
        }

        var basic = scheme.Algorithm != VerificationAlgorithm.Bearer && kind.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? FromBase64(credential) : null;
        return (basic, basic?[(basic.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    // Every secret is compared, by hashes of one length.
    private string? Find(string? given, DateTimeOffset now)
    {
        var hash = Hash(given ?? "");
        string? found = null;
        CryptographicOperations.FixedTimeEquals(hash, Nobody);
        foreach (var (secret, expected) in _hashes)
        {
            var equal = CryptographicOperations.FixedTimeEquals(hash, expected) && secret.IsValid(now);
            found = equal ? secret.Name : found;
        }

        return string.IsNullOrEmpty(given) ? null : found;
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string? FromBase64(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
