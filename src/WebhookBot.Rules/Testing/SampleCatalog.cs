namespace WebhookBot.Rules.Testing;

/// <summary>The shipped sample payloads, by <c>preset.type.action</c>: small, made up, and shaped as the senders' documentation says.</summary>
public static class SampleCatalog
{
    private const string Prefix = "samples/";
    private const string Suffix = ".json";

    /// <summary>The names of all samples, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(SampleCatalog).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The payload of that sample, or null.</summary>
    public static byte[]? Find(string name)
    {
        using var stream = Names.Contains(name) ? typeof(SampleCatalog).Assembly.GetManifestResourceStream(Prefix + name + Suffix) : null;
        if (stream is null)
        {
            return null;
        }

        var payload = new byte[stream.Length];
        stream.ReadExactly(payload);
        return payload;
    }
}
