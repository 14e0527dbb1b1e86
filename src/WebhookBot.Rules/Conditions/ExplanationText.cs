using System.Text;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Conditions;

/// <summary>Explanations as lines for a console: one line a condition, ✓ ✗ ?, the value seen, where it is written.</summary>
public static class ExplanationText
{
    /// <summary>The rule's line, and its conditions indented below it.</summary>
    public static IEnumerable<string> Lines(RuleExplanation rule)
    {
        var verdict = rule.Matched switch
        {
            Truth.True => "matches",
            Truth.False => "does not match",
            _ => "cannot be decided",
        };
        yield return $"{Mark(rule.Matched)} {rule.Rule} {verdict}";
        var top = rule.Explanation is { Parts.Count: > 0, Condition: "all of" } ? rule.Explanation.Parts : [rule.Explanation];
        foreach (var line in top.SelectMany(e => Lines(e, 1)))
        {
            yield return line;
        }
    }

    /// <summary>A condition's lines.</summary>
    public static IEnumerable<string> Lines(Explanation explanation) => Lines(explanation, 0);

    /// <summary>The text without control characters, so that a payload cannot write to a terminal or begin a line of its own.</summary>
    public static string Harmless(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var isHarmful = char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
            _ = isHarmful ? safe.Append($"\\u{(int)c:x4}") : safe.Append(c);
        }

        return safe.ToString();
    }

    private static IEnumerable<string> Lines(Explanation explanation, int depth)
    {
        if (explanation is { Condition: "all of", Parts.Count: 0 })
        {
            yield return $"{Indent(depth)}{Mark(explanation.Result)} (no conditions)";
            yield break;
        }

        var seen = explanation.Seen is null ? "" : $"   saw {explanation.Seen}";
        var because = explanation.Because is null ? "" : $"   because {explanation.Because}";
        yield return Harmless($"{Indent(depth)}{Mark(explanation.Result)} {explanation.Condition}{seen}{because}   {explanation.At}");
        foreach (var line in explanation.Parts.SelectMany(p => Lines(p, depth + 1)))
        {
            yield return line;
        }
    }

    private static string Indent(int depth) => new(' ', depth * 2);

    private static char Mark(Truth truth) => truth switch
    {
        Truth.True => '✓',
        Truth.False => '✗',
        _ => '?',
    };
}
