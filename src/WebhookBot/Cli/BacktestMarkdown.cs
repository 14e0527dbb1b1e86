using System.Text;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>
/// A backtest's report as GitHub's Markdown, made to be posted on a pull request. Whatever comes from a payload or a file name stands in code,
/// where it can neither mention, link nor begin anything.
/// </summary>
internal static partial class BacktestMarkdown
{
    private const int MostNamed = 10;

    // GitHub takes comments of 65,536 characters; the rest is for the end.
    private const int Longest = 60_000;

    public static string Print(BacktestSubject subject, BacktestOutcome outcome)
    {
        var report = outcome.Report;
        var text = new StringBuilder();
        text.Append($"### Backtest: {BacktestText.Conclusion(report)}\n\n");
        text.Append($"{BacktestText.Summary(outcome)}, decided with the rules of {Code(subject.OldPath)} and of {Code(subject.NewPath)}. Nothing was carried out.\n\n");
        foreach (var trouble in BacktestText.Troubles(outcome))
        {
            text.Append($"> [!WARNING]\n> {Code(trouble)}\n\n");
        }

        WriteTable(text, report.Changes);
        var left = report.Changes.Count;
        foreach (var change in report.Changes.TakeWhile(_ => text.Length < Longest / 2))
        {
            WriteChange(text, change);
            left--;
        }

        if (left > 0)
        {
            text.Append($"The details of {Counted.Of(left, "more rule is", "more rules are")} left out here.\n\n");
        }

        WriteUndecided(text, report.Undecided);
        WriteTiming(text, report.Timing);
        return text.ToString();
    }

    private static void WriteTable(StringBuilder text, IReadOnlyList<RuleChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        text.Append("| Rule | newly fires on | fires no more on | acts otherwise on |\n|---|---:|---:|---:|\n");
        foreach (var change in changes.TakeWhile(_ => text.Length < Longest / 4))
        {
            text.Append($"| {Code(change.Rule)} | {change.Starts.Count} | {change.Stops.Count} | {change.Differs.Count} |\n");
        }

        text.Append('\n');
    }

    private static void WriteChange(StringBuilder text, RuleChange change)
    {
        // A rule's name is made of letters, digits, '-', '_' and '.'.
        text.Append($"<details><summary><code>{change.Rule}</code> {BacktestText.Verdict(change)}</summary>\n\n{Code(change.At)}\n\n");
        WriteNamed(text, "Newly fires on", change.Starts);
        WriteNamed(text, "Fires no more on", change.Stops);
        WriteNamed(text, "Acts otherwise on", change.Differs);
        foreach (var action in change.Actions.Take(MostNamed))
        {
            var (before, after) = BacktestText.Shorten(action.Example);
            var lines = ExplanationText.Harmless($"- {before}") + "\n" + ExplanationText.Harmless($"+ {after}");
            var fence = Fence(lines, 3);
            text.Append($"{Code(BacktestText.Describe(action.Example))} on {BacktestText.Count(action.Deliveries)}, such as {Code(action.On.Id)}:\n\n{fence}diff\n{lines}\n{fence}\n\n");
        }

        if (change.Actions.Count > MostNamed)
        {
            text.Append($"And {Counted.Of(change.Actions.Count - MostNamed, "more difference")}.\n\n");
        }

        text.Append("</details>\n\n");
    }

    private static void WriteNamed(StringBuilder text, string what, IReadOnlyList<ComparedDelivery> deliveries)
    {
        if (deliveries.Count == 0)
        {
            return;
        }

        text.Append($"{what} {BacktestText.Count(deliveries.Count)}:\n\n");
        foreach (var delivery in deliveries.Take(MostNamed))
        {
            text.Append($"- {Code(delivery.Id)} {Code(delivery.Event)}{(delivery.Subject is { } subject ? " " + Code(subject) : "")}\n");
        }

        text.Append(deliveries.Count > MostNamed ? $"- and {deliveries.Count - MostNamed} more\n\n" : "\n");
    }

    private static void WriteUndecided(StringBuilder text, IReadOnlyList<UndecidedChange> undecided)
    {
        if (undecided.Count == 0)
        {
            return;
        }

        text.Append("**Cannot be decided:**\n\n");
        var left = undecided.Count;
        foreach (var one in undecided.TakeWhile(_ => text.Length < Longest))
        {
            var (what, because) = one.Question;
            text.Append($"- {Code(one.Rule)} {BacktestText.Under(one.Side)}, on {BacktestText.Count(one.Deliveries.Count)} such as {Code(one.Deliveries[0].Id)}: {Code(what)}, {Code(because)}\n");
            left--;
        }

        text.Append(left > 0 ? $"- and {left} more\n" : "");
    }

    private static void WriteTiming(StringBuilder text, IReadOnlyList<TimingChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        text.Append(text[^1] == '\n' && text[^2] == '\n' ? "**Time keys:**\n\n" : "\n**Time keys:**\n\n");
        var shown = changes.TakeWhile(_ => text.Length < Longest).Select(c => text.Append($"- {Code(c.Rule)} {BacktestText.Differs(c)}\n")).Count();
        text.Append(shown < changes.Count ? $"- and {changes.Count - shown} more\n" : "");
    }

    private static string Code(string text)
    {
        const int Most = 300;
        var harmless = ExplanationText.Harmless(text.Length > Most ? text[..Most] + "…" : text);
        var fence = Fence(harmless, 1);

        // A space on both sides is taken away again, and keeps a text that begins with a backtick apart from the fence.
        return harmless.Length == 0 ? "" : harmless.Contains('`', StringComparison.Ordinal) || harmless.StartsWith(' ') ? $"{fence} {harmless} {fence}" : $"{fence}{harmless}{fence}";
    }

    private static string Fence(string text, int least) => new('`', Math.Max(least, Backticks().Matches(text).Select(m => m.Length + 1).DefaultIfEmpty(0).Max()));

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();
}
