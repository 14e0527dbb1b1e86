using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Admin;

/// <summary>How the API writes JSON.</summary>
internal static partial class ApiJson
{
    /// <summary>Readable: what a browser would need escaped is not, as nothing of it is HTML.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    /// <summary>A payload may be nested as deep as readers allow by default, and a digest and an answer have it inside.</summary>
    public static JsonDocumentOptions Deep { get; } = new() { MaxDepth = 128 };

    /// <summary>RFC 3339, UTC, milliseconds.</summary>
    public static string Time(DateTimeOffset time) => Timestamps.ToText(time);

    /// <summary>A time as a caller writes it, UTC unless it says otherwise; null when it is none.</summary>
    public static DateTimeOffset? ReadTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Foreign JSON as a part of an answer. Half of a surrogate pair, which no JSON writer writes, becomes U+FFFD.</summary>
    public static JsonNode? Node(JsonElement element)
    {
        var raw = element.GetRawText();
        return JsonNode.Parse(raw.Contains("\\ud", StringComparison.OrdinalIgnoreCase) ? Escape().Replace(raw, Whole) : raw, documentOptions: Deep);
    }

    private static string Whole(Match escape) => escape.Groups["half"].Success ? "\\uFFFD" : escape.Value;

    // Pairs are passed over whole, and so is every other escape: a backslash that is escaped itself begins none.
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    /// <summary>A status as the API names it.</summary>
    public static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
