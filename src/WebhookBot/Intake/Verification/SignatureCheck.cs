using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>
/// A signature over the raw bytes, by any of the source's keys. All keys and all signatures given are tried, without an early end.
/// </summary>
internal sealed class SignatureCheck : IRequestCheck
{
    private const int MostSignatures = 8;

    private readonly VerificationScheme _scheme;
    private readonly SignedContent _content;
    private readonly List<SignatureKey> _keys;
    private readonly SignatureKey _nobody;
    private readonly string _nobodys;
    private readonly ValueTemplate? _id;
    private readonly TimeProvider _clock;

    /// <param name="scheme">How the sender signs.</param>
    /// <param name="id">Where the delivery's id stands, for schemes that sign it.</param>
    /// <param name="secrets">The source's secrets; those of another scheme are passed over.</param>
    /// <param name="clock">The time.</param>
    /// <param name="isOnlyWay">Whether the sender has no other way to prove itself.</param>
    public SignatureCheck(VerificationScheme scheme, ValueTemplate? id, IReadOnlyList<SourceSecret> secrets, TimeProvider clock, bool isOnlyWay)
    {
        _scheme = scheme;
        _content = new SignedContent(scheme);
        _id = id;
        _clock = clock;
        _keys = [.. secrets.Select(s => SignatureKey.Create(scheme, s)).OfType<SignatureKey>()];
        _nobody = SignatureKey.Nobody(scheme, isOnlyWay);
        _nobodys = scheme.Prefix + Encode(scheme.Encoding, RandomNumberGenerator.GetBytes(SignatureKey.LengthOf(scheme.Algorithm) ?? 70));
    }

    public Proof Proof => new(_content.HasBody ? ProofCoverage.Bytes : ProofCoverage.Sender, _scheme.Timestamp?.Tolerance);

    public bool HasKey => _keys.Count > 0;

    public bool MayVerify(HttpRequest request) => _scheme.Json is not null || request.Headers.ContainsKey(_scheme.Header);

    public ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation) => new(Check(request));

    private CheckResult Check(IncomingRequest request)
    {
        var now = _clock.GetUtcNow();
        var values = _content.Fields(request);
        var header = _scheme.Json is null ? request.Header(_scheme.Header) : _content.Signature(values);
        var timestamp = _scheme.Timestamp is { } rule ? Timestamp(rule, request, values) : null;
        var problem = HeaderProblem(request, header) ?? SignedTime.Problem(_scheme.Timestamp, timestamp, now);

        var id = _id?.Render(p => p.Place == ValuePlace.Header ? request.Header(p.Text) : null);
        var content = _content.IsBody ? request.Body : _content.Compose(request, values, timestamp, id);
        var given = Signatures(header);

        // What is not there is looked at as long as what is wrong.
        var signatures = given.Count > 0 ? given : Signatures(_nobodys);
        string? verifiedBy = null, ended = null;
        if (_keys.Count == 0)
        {
            _nobody.Verifies(content.Span, signatures);
        }

        foreach (var key in _keys)
        {
            var equal = key.Verifies(content.Span, signatures);
            verifiedBy = equal && key.Secret.IsValid(now) ? key.Secret.Name : verifiedBy;
            ended = equal && !key.Secret.IsValid(now) ? key.Secret.Name : ended;
        }

        return problem is null && given.Count > 0 && verifiedBy is not null
            ? CheckResult.Verified(verifiedBy)
            : CheckResult.Refused(problem ?? WrongSignature(ended, given.Count));
    }

    private string? Timestamp(TimestampRule rule, IncomingRequest request, string?[] values)
    {
        if (rule.Json is not null)
        {
            return _content.Timestamp(values);
        }

        var header = request.Header(rule.Header);
        if (rule.Prefix.Length == 0 || header is null)
        {
            return header;
        }

        var times = header.Split(_scheme.Separator ?? ',').Select(t => t.Trim()).Where(t => t.StartsWith(rule.Prefix, StringComparison.Ordinal)).Take(2).ToList();
        return times.Count == 1 ? times[0][rule.Prefix.Length..] : null;
    }

    // The bytes of each that could be a signature.
    private List<byte[]> Signatures(string? header)
    {
        var found = new List<byte[]>();
        foreach (var part in _scheme.Separator is { } separator ? (header ?? "").Split(separator, MostSignatures * 4) : [header ?? ""])
        {
            var text = _scheme.Separator is null ? part.AsSpan() : part.AsSpan().Trim();
            if (found.Count < MostSignatures && text.StartsWith(_scheme.Prefix, StringComparison.Ordinal) && Decode(text[_scheme.Prefix.Length..]) is { } signature)
            {
                found.Add(signature);
            }
        }

        return found;
    }

    private byte[]? Decode(ReadOnlySpan<char> text)
    {
        var wanted = SignatureKey.LengthOf(_scheme.Algorithm);
        if (text.Length == 0 || text.Length > (wanted ?? 128) * 2)
        {
            return null;
        }

        var bytes = _scheme.Encoding switch
        {
            SignatureEncoding.Hex => FromHex(text),
            SignatureEncoding.Base64 => CanonicalBase64.Decode(text),
            _ => CanonicalBase64.DecodeUrl(text.TrimEnd('=')),
        };
        return wanted is null || bytes?.Length == wanted ? bytes : null;
    }

    private static string Encode(SignatureEncoding encoding, byte[] signature) => encoding switch
    {
        SignatureEncoding.Hex => Convert.ToHexStringLower(signature),
        SignatureEncoding.Base64 => Convert.ToBase64String(signature),
        _ => Base64Url.EncodeToString(signature),
    };

    private static byte[]? FromHex(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    private Func<string>? HeaderProblem(IncomingRequest request, string? header) =>
        _keys.Count == 0 ? () => "the source has no usable secret"
        : header is { Length: > 0 } ? null
        : _scheme.Json is null && request.Http.Headers[_scheme.Header].Count > 1 ? () => $"{Place} comes more than once"
        : () => $"{Place} is missing";

    private string Place => _scheme.Json is null ? $"the header {_scheme.Header}" : $"'{_scheme.Json}' in the body";

    private Func<string> WrongSignature(string? ended, int signatures) =>
        signatures == 0 ? () => $"the signature in {(_scheme.Json is null ? _scheme.Header : $"'{_scheme.Json}'")} is not written as {_scheme.Prefix}<{_scheme.Encoding.ToString().ToLowerInvariant()}>"
        : ended is not null ? () => $"it is signed with {ended}, which has ended"
        : () => "the signature does not match: another secret, or something on the way changes the body";
}
