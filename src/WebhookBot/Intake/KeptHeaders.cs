using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>The headers of a delivery that are worth keeping, with whatever may be a secret blotted out.</summary>
internal static class KeptHeaders
{
    /// <summary>The name of the secret that verified the delivery; written by the bot, never taken from a sender.</summary>
    public const string VerifiedBy = "WebhookBot-Verified-By";

    private const string Redacted = "***";
    private const int LongestValue = 1024;

    private static readonly HashSet<string> Secret = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Gitlab-Token", "X-Auth-Token", "Referer",
    };

    public static List<KeyValuePair<string, string>> Of(IncomingRequest request, SourcePreset shape, string verifiedBy)
    {
        var headers = request.Http.Headers;

        // Some proxies tell the address in a header of their own.
        var secret = Find(shape, VerificationAlgorithm.SecretAddress, header: null) is { } address ? request.AddressSecret(address.Header) : null;
        var kept = new List<KeyValuePair<string, string>>(headers.Count + 1);
        foreach (var (name, values) in headers)
        {
            if (name.Equals(VerifiedBy, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var value = values.ToString();
            if (Secret.Contains(name) || Find(shape, VerificationAlgorithm.Token, name) is not null || (secret is { Length: > 0 } && value.Contains(secret, StringComparison.Ordinal)))
            {
                value = Redacted;
            }

            kept.Add(new(name, value.Length <= LongestValue ? value : value[..LongestValue]));
        }

        kept.Add(new(VerifiedBy, verifiedBy));
        return kept;
    }

    private static VerificationScheme? Find(SourcePreset shape, VerificationAlgorithm algorithm, string? header)
    {
        for (var i = 0; i < shape.Verify.Count; i++)
        {
            if (shape.Verify[i] is var scheme && scheme.Algorithm == algorithm && (header is null || header.Equals(scheme.Header, StringComparison.OrdinalIgnoreCase)))
            {
                return scheme;
            }
        }

        return null;
    }
}
