using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>
/// Twilio's <c>X-Twilio-Signature</c>: HMAC-SHA1, in base64, of the address and of the form's fields, sorted; of a JSON body, the address
/// holds the SHA-256. https://www.twilio.com/docs/usage/webhooks/webhooks-security
/// </summary>
internal sealed class TwilioCheck(CheckInput input) : IRequestCheck
{
    public const string Header = "X-Twilio-Signature";
    public const string BodyHash = "bodySHA256";

    private readonly List<(SourceSecret Secret, byte[] Key)> _keys = [.. input.Secrets.Select(s => (s, Encoding.UTF8.GetBytes(s.Value.Reveal())))];

    public Proof Proof { get; } = new(ProofCoverage.Content);

    public bool HasKey => _keys.Count > 0;

    public bool MayVerify(HttpRequest request) => request.Headers.ContainsKey(Header);

    public ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation) => new(Check(request));

    /// <summary>What is signed of a form: each field's name and value, sorted by name and, for a name that comes twice, by value once.</summary>
    public static string Fields(IEnumerable<KeyValuePair<string, string>> form) => string.Concat(form
        .GroupBy(f => f.Key, f => f.Value, StringComparer.Ordinal)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .SelectMany(g => g.Distinct().Order(StringComparer.Ordinal).Select(v => g.Key + v)));

    private CheckResult Check(IncomingRequest request)
    {
        if (_keys.Count == 0 || request.Header(Header) is not { } header)
        {
            return CheckResult.Refused(_keys.Count == 0 ? "the source has no usable secret" : $"the header {Header} is missing");
        }

        var addresses = Addresses(request.Http);
        if (addresses.Length == 0)
        {
            return CheckResult.Refused("the header Host is no address; set Intake:PublicUrl");
        }

        var given = CanonicalBase64.Decode(header) ?? [];
        var fields = request.IsForm ? Fields(request.Form) : "";
        string? verifiedBy = null;
        foreach (var address in addresses)
        {
            foreach (var (secret, key) in _keys)
            {
#pragma warning disable CA5350 // Twilio signs with SHA-1; as an HMAC it holds.
                var expected = HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(address + fields));
#pragma warning restore CA5350
                var equal = CryptographicOperations.FixedTimeEquals(expected, given) && secret.IsValid(input.Tools.Clock.GetUtcNow());
                verifiedBy = equal ? secret.Name : verifiedBy;
            }
        }

        return verifiedBy is null
            ? CheckResult.Refused($"the signature does not match: another auth token, or Twilio knows the bot by another address than {addresses[0]}; set Intake:PublicUrl")
            : !IsOfBody(request) ? CheckResult.Refused($"{BodyHash} in the address is not the body's")
            : CheckResult.Verified(verifiedBy);
    }

    // A body that is no form is signed by its hash in the address only; without that it is not signed at all. Whose address has a hash is no form.
    private static bool IsOfBody(IncomingRequest request) =>
        (request.IsForm && !request.Http.Query.ContainsKey(BodyHash)) || string.Equals(request.Query(BodyHash), Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)), StringComparison.OrdinalIgnoreCase);

    // Twilio signs the address with the port or without. Whoever sends may name any host, also one that is none.
    private string[] Addresses(HttpRequest request)
    {
        var start = input.Tools.PublicUrl;
        if (start is null && !Uri.TryCreate($"{request.Scheme}://{request.Host.Value}/", UriKind.Absolute, out start))
        {
            return [];
        }

        var rest = request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
        return [$"{start.Scheme}://{start.Authority}{rest}", $"{start.Scheme}://{start.Host}:{start.Port}{rest}", $"{start.Scheme}://{start.Host}{rest}"];
    }
}
