using System.Globalization;
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
        yield return Harmless($"{Mark(rule.Matched)} {rule.Rule} {verdict}");
        var top = rule.Explanation is { Parts.Count: > 0, Condition: "all of" } ? rule.Explanation.Parts : [rule.Explanation];
        foreach (var line in top.SelectMany(e => Lines(e, 1)))
        {
            yield return line;
        }

        foreach (var step in rule.Steps)
        {
            yield return Harmless($"  {Mark(step.Done)} step {step.Step} {(step.Done == Truth.True ? "is done" : "is left out")}");
            foreach (var line in Lines(step.Explanation, 2))
            {
                yield return line;
            }
        }

        if (rule.Note is not null)
        {
            yield return Harmless($"  {rule.Note}");
        }
    }

    /// <summary>A condition's lines.</summary>
    public static IEnumerable<string> Lines(Explanation explanation) => Lines(explanation, 0);

    /// <summary>The text on one line and without anything that moves the cursor, so that a payload cannot write to a terminal.</summary>
    public static string Harmless(string text)
    {
        var safe = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            _ = isWhole && !IsHarmful(rune) ? safe.Append(text, i, length) : safe.Append(Escape(isWhole ? rune.Value : text[i]));
            i += length;
        }

        return safe.ToString();
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(int value) => value <= 0xFFFF ? $"\\u{value:x4}" : $"\\U{value:x8}";

    private static IEnumerable<string> Lines(Explanation explanation, int depth)
    {
        if (explanation is { Condition: "all of", Parts.Count: 0 })
        {
            yield return $"{Indent(depth)}{Mark(explanation.Result)} (no conditions)";
            yield break;
        }

        var seen = explanation.Seen is null ? "" : $"   saw {explanation.Seen}";
        var because = explanation.Because is null ? "" : $"   because {explanation.Because}";
        var at = explanation.At is null ? "" : $"   {explanation.At}";
        yield return Harmless($"{Indent(depth)}{Mark(explanation.Result)} {explanation.Condition}{seen}{because}{at}");
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
