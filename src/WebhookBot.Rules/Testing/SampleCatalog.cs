namespace WebhookBot.Rules.Testing;

/// <summary>
/// The shipped sample payloads, by <c>preset.type.action</c>: small, made up, and shaped as the senders' documentation says. Their files have
/// <c>~</c> for a slash and <c>=</c> for a colon, which not every system allows in the name of a file.
/// </summary>
public static class SampleCatalog
{
    private const string Prefix = "samples/";
    private const string Suffix = ".json";

    private static readonly Dictionary<string, string> Resources = typeof(SampleCatalog).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(n => n[Prefix.Length..^Suffix.Length].Replace('~', '/').Replace('=', ':'), StringComparer.Ordinal);

    /// <summary>The names of all samples, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Resources.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The payload of that sample, or null.</summary>
    public static byte[]? Find(string name)
    {
        using var stream = Resources.TryGetValue(name, out var resource) ? typeof(SampleCatalog).Assembly.GetManifestResourceStream(resource) : null;
        if (stream is null)
        {
            return null;
        }

        var payload = new byte[stream.Length];
        stream.ReadExactly(payload);
        return payload;
    }
}
