using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>
/// <c>Authorization: Bearer</c> with a JSON Web Token, signed with one of the keys that its issuer publishes. The token says who sends;
/// it does not sign the body.
/// </summary>
internal sealed class IssuedTokenCheck(TokenIssuer issuer, CheckInput input) : IRequestCheck
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly JsonWebTokenHandler _tokens = new() { MaximumTokenSizeInBytes = 16 * 1024, MapInboundClaims = false };
    private readonly Uri _keys = new(Fill(issuer.KeysUrl, input));
    private readonly List<SecurityKey> _own = [.. input.Secrets.Select(Own).OfType<SecurityKey>()];
    private readonly string[] _issuers = [.. issuer.Issuers.Select(i => Fill(i, input))];
    private readonly string[] _audiences = [.. issuer.Audience is { } fixedAudience ? [fixedAudience] : input.Option("audience")];
    private volatile KnownKeys? _known;

    // A token says itself when it ends.
    public Proof Proof { get; } = new(ProofCoverage.Sender, Skew);

    public bool HasKey => true;

    public bool MayVerify(HttpRequest request) => request.Headers.Authorization.Count > 0;

    public async ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation)
    {
        var authorization = request.Header("Authorization");
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return CheckResult.Refused("the Authorization header with a bearer token is missing");
        }

        var token = authorization[7..].Trim();
        var result = await ValidateAsync(token, isFresh: false, cancellation);
        if (result?.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            result = await ValidateAsync(token, isFresh: true, cancellation);
        }

        return result is null ? CheckResult.Refused($"the keys of the issuer could not be had from {_keys.Host}")
            : !result.IsValid ? CheckResult.Refused($"the token does not hold: {Reason(result.Exception)}")
            : ClaimProblem(result) is { } problem ? CheckResult.Refused(problem)
            : CheckResult.Verified($"token of {_keys.Host}");
    }

    private async ValueTask<TokenValidationResult?> ValidateAsync(string token, bool isFresh, CancellationToken cancellation)
    {
        var keys = Known(await input.Tools.Keys.FindAsync(_keys, isFresh, cancellation));
        if (keys.Count == 0)
        {
            return null;
        }

        return await _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidIssuers = _issuers,
            ValidAudiences = _audiences,
            IssuerSigningKeys = keys,
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = Skew,
            LifetimeValidator = (from, until, _, _) => IsNow(from, until, input.Tools.Clock.GetUtcNow().UtcDateTime),
        });
    }

    private static bool IsNow(DateTime? from, DateTime? until, DateTime now) => until is not null && now <= until + Skew && (from is null || now >= from - Skew);

    // The preset asks for one of its claims, the source's file for the account that it names.
    private string? ClaimProblem(TokenValidationResult result)
    {
        string? Claim(string name) => result.Claims.TryGetValue(name, out var value) ? value?.ToString() : null;
        if (issuer.AnyClaim.Count > 0 && !issuer.AnyClaim.Any(c => Claim(c.Key) == c.Value))
        {
            return $"the token is another application's: none of {string.Join(", ", issuer.AnyClaim.Keys)} is as expected";
        }

        var accounts = input.Option("account");
        return accounts.Count == 0 || (accounts.Contains(Claim("email") ?? "") && IsTrue(Claim("email_verified"))) ? null : "the token is another account's";
    }

    private static bool IsTrue(string? text) => string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    // To read the keys takes longer than to see that a token is none; they are read when they change.
    private IReadOnlyList<SecurityKey> Known(string? published)
    {
        if (published is null)
        {
            return _own;
        }

        var known = _known;
        if (!ReferenceEquals(known?.Published, published))
        {
            _known = known = new KnownKeys(published, [.. _own, .. Parse(published) ?? []]);
        }

        return known!.Keys;
    }

    // A public key that a setting holds counts like one that is published.
    private static RsaSecurityKey? Own(SourceSecret secret)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(secret.Value.Reveal());
            return new RsaSecurityKey(rsa) { KeyId = secret.Name };
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    private static IList<SecurityKey>? Parse(string published)
    {
        try
        {
            return new JsonWebKeySet(published).GetSigningKeys();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Reason(Exception? e) => e switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => "it has ended, or the clocks differ",
        SecurityTokenInvalidAudienceException => "it is for another audience",
        SecurityTokenInvalidIssuerException => "another issuer made it",
        SecurityTokenSignatureKeyNotFoundException => "it is signed with a key that the issuer does not publish",
        SecurityTokenInvalidSignatureException => "its signature does not match",
        SecurityTokenInvalidAlgorithmException => "it is signed in another way",
        _ => "it is not readable",
    };

    private static string Fill(string text, CheckInput input) => text.Replace("{tenant}", input.Option("tenant") is [var tenant, ..] ? tenant : "", StringComparison.Ordinal);

    private sealed record KnownKeys(string Published, IReadOnlyList<SecurityKey> Keys);
}
