using System.Globalization;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Verification;

/// <summary>The time that a sender signed.</summary>
internal static class SignedTime
{
    private const long LargestSeconds = 100_000_000_000;

    /// <summary>Why a time is not good enough; null when it is, or when none is asked for.</summary>
    public static Func<string>? Problem(TimestampRule? rule, string? text, DateTimeOffset now)
    {
        if (rule is null)
        {
            return null;
        }

        if (text is null || Parse(text) is not { } time)
        {
            return () => $"the time in {(rule.Json is null ? rule.Header : $"'{rule.Json}'")} is missing or not readable";
        }

        var off = now - time;
        return off.Duration() <= rule.Tolerance ? null
            : () => $"the clocks differ, or it was sent before: signed {Math.Round(off.Duration().TotalSeconds)} s {(off > TimeSpan.Zero ? "ago" : "ahead")}, at most {rule.Tolerance.TotalSeconds:0} s are taken";
    }

    /// <summary>Unix seconds, Unix milliseconds or RFC 3339, told by its looks.</summary>
    private static DateTimeOffset? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number is <= 0 or >= LargestSeconds * 1000 ? null
                : number >= LargestSeconds ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
}
