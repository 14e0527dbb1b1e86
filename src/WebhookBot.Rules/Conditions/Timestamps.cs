using System.Globalization;
using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>Timestamps as senders write them: RFC 3339 texts, and Unix seconds or milliseconds as numbers.</summary>
internal static class Timestamps
{
    private const long FirstMilliseconds = 100_000_000_000;

    public static DateTimeOffset? TryRead(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number is > 0 and < 100_000_000_000_000)
        {
            return number < FirstMilliseconds ? DateTimeOffset.FromUnixTimeSeconds(number) : DateTimeOffset.FromUnixTimeMilliseconds(number);
        }

        return value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(JsonText.Read(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : null;
    }
}
