using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions;

/// <summary>Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>7d</c>, <c>2w</c>.</summary>
public static partial class Durations
{
    /// <summary>Ten years: longer ones are slips.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Reads a duration; null when it is none, is zero or is longer than <see cref="Longest"/>.</summary>
    public static TimeSpan? TryParse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success || text.Length is 0 or > 32)
        {
            return null;
        }

        double seconds = 0;
        foreach (var (group, unit) in new[] { ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1) })
        {
            if (match.Groups[group].Success)
            {
                seconds += double.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * unit;
            }
        }

        return seconds > 0 && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>As it is written: <c>1h30m</c>.</summary>
    public static string InWords(TimeSpan duration)
    {
        var text = new StringBuilder();
        foreach (var (count, unit) in new[] { (duration.Days, 'd'), (duration.Hours, 'h'), (duration.Minutes, 'm'), (duration.Seconds, 's') })
        {
            _ = count == 0 ? text : text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    /// <summary><c>; write 5m</c> for <c>5 minutes</c>; nothing for what is no single length of time.</summary>
    internal static string Mend(YamlNode node) =>
        node is YamlScalar scalar && !Pattern().IsMatch(scalar.Text) && InOtherWords().Match(scalar.Text) is { Success: true } match ? $"; write {match.Groups["count"].Value}{char.ToLowerInvariant(match.Groups["unit"].Value[0])}" : "";

    [GeneratedRegex(@"^(PT?)?(?<count>[0-9]+)\s*(?<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex InOtherWords();

    [GeneratedRegex(@"^((?<w>[0-9]+)w)?((?<d>[0-9]+)d)?((?<h>[0-9]+)h)?((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
