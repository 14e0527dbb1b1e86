using WebhookBot.Clients;
using WebhookBot.Intake.Verification;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>
/// Whether a request was sent by somebody who holds one of the source's secrets: any of the ways in which the source's preset lets its
/// sender prove itself. All of them are tried.
/// </summary>
internal sealed class WebhookVerifier
{
    private readonly IRequestCheck[] _checks;
    private readonly bool _hasKey;

    private WebhookVerifier(IRequestCheck[] checks, bool readsAddress)
    {
        _checks = checks;
        ReadsAddress = readsAddress;
        _hasKey = Array.Exists(checks, c => c.HasKey);
    }

    /// <summary>What the first of the ways is worth that a secret is there for; of all of them where there is none.</summary>
    public Proof Proof => (Array.Find(_checks, c => c.HasKey) ?? _checks[0]).Proof;

    /// <summary>Whether the secret may stand in the address.</summary>
    public bool ReadsAddress { get; }

    /// <summary>Verifies what is sent to a source of that shape.</summary>
    public static WebhookVerifier Create(SourcePreset shape, CheckInput input) => new(
    [
        .. shape.Verify.Select(scheme => Check(scheme, shape, input)),
        .. shape.OwnCheck is { } own ? [own(input)] : Array.Empty<IRequestCheck>(),
    ], shape.Verify.Any(s => s.Algorithm == VerificationAlgorithm.SecretAddress));

    /// <summary>Whether the request has anything with it that could verify.</summary>
    public bool MayVerify(HttpRequest request)
    {
        foreach (var check in _checks)
        {
            if (check.MayVerify(request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the checks found: the secret that verified, or why none did.</summary>
    public async ValueTask<CheckResult> VerifyAsync(IncomingRequest request, CancellationToken cancellation)
    {
        var verified = default(CheckResult);
        List<Func<string>>? problems = null;
        foreach (var check in _checks)
        {
            var result = await check.CheckAsync(request, cancellation);
            verified = result.IsVerified ? result : verified;

            // What no secret is for is not what the sender got wrong, unless there is nothing else.
            if (result.Problem is { } problem && (check.HasKey || !_hasKey))
            {
                (problems ??= []).Add(problem);
            }
        }

        return verified.IsVerified ? verified : Refused(problems ?? []);
    }

    private static CheckResult Refused(List<Func<string>> problems) => CheckResult.Refused(() => string.Join("; or ", problems.Select(p => p()).Distinct()));

    /// <summary>The first of a preset's ways that a secret is for; null when it is for none of them.</summary>
    public static VerificationScheme? WayOf(SourcePreset shape, string secret) =>
        shape.Verify.FirstOrDefault(s => !IsSigned(s) || SignatureKey.Create(s, new SourceSecret("", new Secret(secret))) is not null);

    /// <summary>What a secret of a source of that shape looks like.</summary>
    public static string FormOf(SourcePreset shape) => string.Join(", or ", shape.Verify.Select(s => (s.Key, s.Algorithm) switch
    {
        (KeyForm.Text, _) => "any text",
        (KeyForm.Hex, _) => $"{s.KeyPrefix}<public key in hexadecimal>",
        (_, VerificationAlgorithm.EcdsaP256) => "<public key in base64>",
        _ => $"{s.KeyPrefix}<base64>",
    }).Distinct());

    private static bool IsSigned(VerificationScheme scheme) => scheme.Algorithm is VerificationAlgorithm.HmacSha1 or VerificationAlgorithm.HmacSha256
        or VerificationAlgorithm.HmacSha512 or VerificationAlgorithm.Ed25519 or VerificationAlgorithm.EcdsaP256;

    private static IRequestCheck Check(VerificationScheme scheme, SourcePreset shape, CheckInput input) => scheme.Algorithm switch
    {
        VerificationAlgorithm.IssuedToken => new IssuedTokenCheck(scheme.Issuer!, input),
        VerificationAlgorithm.Token or VerificationAlgorithm.Bearer or VerificationAlgorithm.Basic or VerificationAlgorithm.BearerOrBasic
            or VerificationAlgorithm.SecretAddress => new CredentialCheck(scheme, input.Secrets, input.Tools.Clock),
        _ => new SignatureCheck(scheme, shape.Ids.Count > 0 ? shape.Ids[0] : null, input.Secrets, input.Tools.Clock, shape.Verify.Count == 1),
    };
}
