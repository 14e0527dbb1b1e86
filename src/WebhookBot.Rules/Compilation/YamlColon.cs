using System.Text.RegularExpressions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>The mend for colons that are missing, that lack the space behind them, or that are one too many. The parser blames the line below.</summary>
internal static partial class YamlColon
{
    private static readonly HashSet<string> Keys =
        [.. FileKeys.Sections.Names, .. RuleKeys.Rule.Names, .. RuleKeys.Step.Names, .. RuleKeys.Retry.Names, .. RuleKeys.Throttle.Names, .. RuleKeys.Digest.Names, .. SourceKeys.Source.Names, .. SourceKeys.Verify.Names];

    public static (int Line, int Column, string Mend)? Of(string[] lines, int at)
    {
        var above = at - 1;
        while (above >= 0 && lines[above].AsSpan().TrimStart() is [] or ['#', ..])
        {
            above--;
        }

        return TooMany(lines, at) ?? Missing(lines, at) ?? (above >= 0 ? Missing(lines, above) : null);
    }

    // text: Build: failed
    public static (int, int, string)? TooMany(string[] lines, int i)
    {
        if (SecondColon().Match(lines[i]) is not { Success: true } match)
        {
            return null;
        }

        var written = match.Groups["value"];
        return (i + 1, written.Index + 1, $"a text with a colon and a space in it wants quotes; quote it: {Suggestion.Quote(written.Value.TrimEnd())}");
    }

    private static (int, int, string)? Missing(string[] lines, int i)
    {
        if (Line().Match(lines[i]) is not { Success: true } match)
        {
            return null;
        }

        var (key, value) = (match.Groups["key"], match.Groups["value"].Value.Trim());
        if (match.Groups["colon"].Success)
        {
            return value.StartsWith("//", StringComparison.Ordinal) ? null : Found($"a colon wants a space behind it; write {key.Value}: {Suggestion.Shorten(value)}");
        }

        if (value.Length > 0)
        {
            return Keys.Contains(key.Value) ? Found($"a colon is missing; write {key.Value}: {Suggestion.Shorten(value)}") : null;
        }

        var isAction = match.Groups["dash"].Success && Parent(lines, i) is "then:" or "else:";
        return Keys.Contains(key.Value) || isAction ? Found($"a colon is missing; write {key.Value}:") : null;

        (int, int, string) Found(string mend) => (i + 1, key.Index + 1, mend);
    }

    // What the line stands under.
    private static string? Parent(string[] lines, int i)
    {
        var indent = Indent(lines[i]);
        return lines.Take(i).Reverse().FirstOrDefault(l => l.AsSpan().TrimStart() is not ([] or ['#', ..]) && (Indent(l) < indent || l.TrimStart() is "then:" or "else:"))?.Trim();
    }

    private static int Indent(string line) => line.Length - line.AsSpan().TrimStart(' ').Length;

    [GeneratedRegex(@"^\s*(?<dash>- +)?(?<key>[A-Za-z_][\w.-]*)((?<colon>:)(?<value>[^\s:][^:]*)|\s+(?<value>[^\s:#][^:]*)|\s*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex("""^\s*(?:- +)?[\w."-]+:\s+(?<value>[^\s"'{}\[\]|>#&*!%@][^"{}\[\]#]*?:\s.*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex SecondColon();
}
