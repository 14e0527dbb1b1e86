using WebhookBot.Intake.Verification;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>
/// Whether a request was sent by somebody who holds one of the source's secrets: any of the ways in which the source's preset lets its
/// sender prove itself. All of them are tried.
/// </summary>
internal sealed class WebhookVerifier
{
    private readonly IReadOnlyList<IRequestCheck> _checks;

    private WebhookVerifier(IReadOnlyList<IRequestCheck> checks, bool readsAddress)
    {
        _checks = checks;
        ReadsAddress = readsAddress;
    }

    /// <summary>What the first of the ways is worth, which is the one that samples are signed in.</summary>
    public Proof Proof => _checks[0].Proof;

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
        string? problem = null;
        foreach (var check in _checks)
        {
            var result = await check.CheckAsync(request, cancellation);
            verified = result.IsVerified ? result : verified;
            problem = problem is null ? result.Problem : $"{problem}; or {result.Problem}";
        }

        return verified.IsVerified ? verified : CheckResult.Refused(problem ?? "nothing can verify");
    }

    private static IRequestCheck Check(VerificationScheme scheme, SourcePreset shape, CheckInput input) => scheme.Algorithm switch
    {
        VerificationAlgorithm.IssuedToken => new IssuedTokenCheck(scheme.Issuer!, input),
        VerificationAlgorithm.Token or VerificationAlgorithm.Bearer or VerificationAlgorithm.Basic or VerificationAlgorithm.BearerOrBasic
            or VerificationAlgorithm.SecretAddress => new CredentialCheck(scheme, input.Secrets, input.Tools.Clock),
        _ => new SignatureCheck(scheme, shape.Ids.Count > 0 ? shape.Ids[0] : null, input.Secrets, input.Tools.Clock),
    };
}
