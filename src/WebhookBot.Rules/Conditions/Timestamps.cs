using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Conditions;

/// <summary>Timestamps as senders write them: RFC 3339 texts, and Unix seconds or milliseconds as numbers.</summary>
public static partial class Timestamps
{
    private const decimal FirstMilliseconds = 100_000_000_000;
    private const decimal TooLate = 100_000_000_000_000;

    /// <summary>How the bot writes times: RFC 3339, UTC, milliseconds.</summary>
    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time that a JSON value stands for; null when it is none.</summary>
    public static DateTimeOffset? TryRead(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDecimal(out var number) => FromNumber(number),
        JsonValueKind.String => FromText(JsonText.Read(value)),
        _ => null,
    };

    /// <summary>Unix seconds or milliseconds, told by their size: 100,000,000,000 seconds are the year 5138.</summary>
    public static DateTimeOffset? FromNumber(decimal number) => number switch
    {
        > 0 and < FirstMilliseconds => DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerSecond)),
        >= FirstMilliseconds and < TooLate => DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerMillisecond)),
        _ => null,
    };

    /// <summary>A text that begins with a whole date; a time of day alone would be today's, and so depend on the clock.</summary>
    public static DateTimeOffset? FromText(string text) =>
        StartsWithDate().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex StartsWithDate();
}
