using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Compilation;

/// <summary>
/// What to write instead, for the slips that most often make a file no YAML: the parser's own words tell what it met, and not what was meant.
/// </summary>
internal static partial class YamlMend
{
    /// <summary>The place and the mend; null when the lines show none of those slips.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="at">Where the parser stopped, from 1.</param>
    /// <param name="words">What the parser says.</param>
    public static (int Line, int Column, string Mend)? Of(string text, int at, string words)
    {
        var lines = text.Split('\n').Select(l => l.TrimEnd('\r')).ToArray();

        // The parser may blame the mapping that a line belongs to, which may begin far above, or the line after it.
        var suspects = words.Contains("tab", StringComparison.OrdinalIgnoreCase) ? Enumerable.Range(at - 1, lines.Length) : Enumerable.Range(Math.Max(0, at - 2), 4);
        return suspects.Where(i => i < lines.Length).Select(i => Tab(lines, i)).FirstOrDefault(m => m is not null)
            ?? (at <= lines.Length ? YamlColon.TooMany(lines, at - 1) ?? Unquoted(lines, at - 1) ?? YamlColon.Of(lines, at - 1) ?? Indentation(lines, at - 1) : null);
    }

    private static (int, int, string)? Tab(string[] lines, int i)
    {
        var tab = Indent(lines[i], " \t") is var blank && blank < lines[i].Length ? lines[i].AsSpan(0, blank).IndexOf('\t') : -1;
        return tab < 0 ? null : (i + 1, tab + 1, "a tab indents this line, and YAML takes spaces only; write two spaces for each tab");
    }

    private static (int, int, string)? Unquoted(string[] lines, int i)
    {
        if (Mustache().Match(lines[i]) is { Success: true } template)
        {
            var written = template.Groups["value"];
            return (i + 1, written.Index + 1, $"a text that begins with a template wants quotes; quote it: {Suggestion.Quote(written.Value.TrimEnd())}");
        }

        if (Comment().Match(lines[i]) is { Success: true } comment)
        {
            var written = comment.Groups["value"];
            return (i + 1, written.Index + 1, $"what begins with # is a comment; quote it: {Suggestion.Quote(written.Value)}");
        }

        if (At().Match(lines[i]) is { Success: true } at)
        {
            var written = at.Groups["value"];
            return (i + 1, written.Index + 1, $"a text that begins with @ wants quotes; quote it: {Suggestion.Quote(written.Value.TrimEnd())}");
        }

        if (Star().Match(lines[i]) is { Success: true } star)
        {
            var written = star.Groups["value"];
            return (i + 1, written.Index + 1, $"a text that begins with a star wants quotes; quote it: {Suggestion.Quote(written.Value.TrimEnd())}");
        }

        return null;
    }

    // A line that is out of line: as far in as none of the lines around it.
    private static (int, int, string)? Indentation(string[] lines, int i)
    {
        var here = Indent(lines[i], " ");
        var above = Levels(lines.AsSpan(0, i));
        if (here == lines[i].Length || above.Count == 0 || above.Contains(here) || lines[i][here] is '}' or ']' || (here > above.Max() && Opens(lines.AsSpan(0, i))))
        {
            return null;
        }

        var (less, more) = (above.Where(l => l < here).DefaultIfEmpty(-1).Max(), above.Where(l => l > here).DefaultIfEmpty(-1).Min());
        var levels = less < 0 ? $"{more}" : more < 0 ? $"{less}" : $"{less} or {more}";
        return (i + 1, here + 1, $"this line is indented by {Spaces(here)}, and what stands above it by {levels}; what belongs together stands equally far in");
    }

    // Whether what comes next may stand further in.
    private static bool Opens(ReadOnlySpan<string> lines)
    {
        while (lines is [.. var before, var last] && last.AsSpan().TrimStart() is [] or ['#', ..])
        {
            lines = before;
        }

        return lines is [.., var line] && Ending().IsMatch(line);
    }

    // How far in the mappings and lists are that the lines leave open.
    private static List<int> Levels(ReadOnlySpan<string> lines)
    {
        var open = new List<int>();
        foreach (var line in lines)
        {
            var indent = Indent(line, " ");
            if (indent == line.Length || line[indent] == '#')
            {
                continue;
            }

            // What is further in is kept: the line below may belong to it.
            open.RemoveAll(l => l > indent);
            open.Add(indent);
            for (var inner = indent; line.AsSpan(inner).StartsWith("- "); open.Add(inner))
            {
                inner += 2 + Indent(line[(inner + 2)..], " ");
            }
        }

        return [.. open.Distinct()];
    }

    private static string Spaces(int count) => count == 1 ? "1 space" : $"{count} spaces";

    private static int Indent(string line, string blanks) => line.Length - line.AsSpan().TrimStart(blanks).Length;

    [GeneratedRegex(@"([:|>,\[{-]|[|>][-+0-9]+)(\s+#.*)?\s*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Ending();

    [GeneratedRegex("""^[^"'#]*?(?::|-)\s+(?<value>\{\{[^,]*)""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Mustache();

    // In braces or brackets that the rest of the line would close.
    [GeneratedRegex("""[{\[].*?[:,\[]\s+(?<value>#[\w-]+)\s*[,}\]]""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex("""^[^"'#]*?(?::|-)\s+(?<value>@[^\s,}\]]*)""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex At();

    [GeneratedRegex("""^[^"'#]*?(?::|-)\s+(?<value>\*(?:[*./-][^,}\]]*)?)\s*(?:[,}\]]|$)""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Star();
}
