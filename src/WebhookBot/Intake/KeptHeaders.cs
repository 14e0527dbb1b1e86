using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>The headers of a delivery that are worth keeping, with whatever may be a secret blotted out.</summary>
internal static class KeptHeaders
{
    private const string Redacted = "***";
    private const int LongestValue = 1024;

    private static readonly HashSet<string> Secret = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Gitlab-Token", "X-Auth-Token",
    };

    public static List<KeyValuePair<string, string>> Of(IHeaderDictionary headers, VerificationScheme scheme)
    {
        var kept = new List<KeyValuePair<string, string>>(headers.Count);
        foreach (var (name, values) in headers)
        {
            var isSecret = Secret.Contains(name) || (scheme.Algorithm == VerificationAlgorithm.Token && name.Equals(scheme.Header, StringComparison.OrdinalIgnoreCase));
            var value = isSecret ? Redacted : values.ToString();
            kept.Add(new(name, value.Length <= LongestValue ? value : value[..LongestValue]));
        }

        return kept;
    }
}
