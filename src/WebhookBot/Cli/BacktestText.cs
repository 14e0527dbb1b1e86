using System.Globalization;
using System.Text;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>A backtest's report for a terminal, and the words that its other forms share.</summary>
internal static class BacktestText
{
    private const int MostNamed = 5;
    private const int LongestValue = 200;

    public static string Print(BacktestSubject subject, BacktestOutcome outcome)
    {
        var text = new StringBuilder();
        var report = outcome.Report;
        void Line(string line) => text.Append(ExplanationText.Harmless(line)).Append('\n');

        Line($"{Summary(outcome)}, recorded by {subject.Server}");
        Line($"old {subject.OldPath}: {Rules(subject.Backtest.Before)}   new {subject.NewPath}: {Rules(subject.Backtest.After)}");
        foreach (var change in report.Changes)
        {
            Line("");
            Line($"{change.Rule}: {Verdict(change)}   {change.At}");
            Named(Line, "newly fires on", change.Starts);
            Named(Line, "fires no more on", change.Stops);
            Named(Line, "acts otherwise on", change.Differs);
            foreach (var action in change.Actions)
            {
                var (before, after) = Shorten(action.Example);
                Line($"  {Describe(action.Example)}, on {Count(action.Deliveries)}; on {action.On.Id}:");
                Line($"    - {before}");
                Line($"    + {after}");
            }
        }

        foreach (var undecided in report.Undecided)
        {
            Line("");
            Line($"{undecided.Rule} cannot be decided {Under(undecided.Side)} on {Count(undecided.Deliveries.Count)}: {undecided.Question.What}, {undecided.Question.Because}");
            Named(Line, "such as", undecided.Deliveries);
        }

        foreach (var timing in report.Timing)
        {
            Line("");
            Line($"{timing.Rule}: {Differs(timing)}   {timing.At}");
        }

        Line("");
        Line(Conclusion(report));
        return text.ToString();
    }

    /// <summary>What makes the report less than it seems.</summary>
    public static IEnumerable<string> Troubles(BacktestOutcome outcome)
    {
        if (outcome.Incomplete is { } why)
        {
            yield return $"The deliveries broke off after {outcome.Report.Deliveries}: {why}";
        }

        if (outcome.Unreadable > 0)
        {
            var left = Counted.Of(outcome.Unreadable, "line could not be read as a delivery and is left out", "lines could not be read as deliveries and are left out");
            yield return $"{left}; {outcome.FirstUnreadable}";
        }
    }

    public static string Summary(BacktestOutcome outcome) => outcome.Report.Span is var (first, last)
        ? $"{Count(outcome.Report.Deliveries)} of {Time(first)} to {Time(last)}"
        : "No deliveries";

    public static string Conclusion(BacktestReport report)
    {
        var open = report.Undecided.Any(u => u.Side != RuleSetSide.Both);
        return (report.Deliveries, report.Changes.Count) switch
        {
            (0, _) => "There was nothing to decide.",
            (_, 0) when open => "No rule is known to act otherwise; some cannot be decided.",
            (_, 0) => "No rule acts otherwise.",
            var (_, rules) => Counted.Of(rules, "rule acts otherwise.", "rules act otherwise."),
        };
    }

    public static string Verdict(RuleChange change) => $"fired on {change.FiredBefore}, would fire on {change.FiredAfter}";

    /// <summary><c>throttle differs (not simulated)</c>.</summary>
    public static string Differs(TimingChange timing) => $"{string.Join(" and ", timing.Keys)} {(timing.Keys.Count == 1 ? "differs" : "differ")} (not simulated)";

    public static string Under(RuleSetSide side) => side switch
    {
        RuleSetSide.Before => "under the old rules",
        RuleSetSide.After => "under the new rules",
        _ => "under either",
    };

    public static string Describe(ActionDifference difference) => difference.Kind switch
    {
        ActionDifferenceKind.Added => $"{difference.Action} is added",
        ActionDifferenceKind.Removed => $"{difference.Action} is left out",
        ActionDifferenceKind.Argument => $"{difference.Action} has another {difference.Argument}",
        ActionDifferenceKind.Shadow => $"{difference.Action} is {difference.After}",
        ActionDifferenceKind.Problem => $"{difference.Action} {(difference.After is null ? "can be carried out" : "cannot be carried out")}",
        _ => "the actions come in another order",
    };

    /// <summary>Both values, cut to where they differ.</summary>
    public static (string Before, string After) Shorten(ActionDifference difference)
    {
        const int Around = 40;
        var (before, after) = (difference.Before ?? "(nothing)", difference.After ?? "(nothing)");
        var same = before.AsSpan().CommonPrefixLength(after);
        var from = Math.Max(before.Length, after.Length) <= LongestValue || same <= Around ? 0 : same - Around;
        return (Cut(before, from), Cut(after, from));
    }

    public static string Count(int deliveries) => Counted.Of(deliveries, "delivery", "deliveries");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Rules(Rules.RuleSet rules) => $"{Counted.Of(rules.Rules.Count, "rule")}, {rules.Hash}";

    private static void Named(Action<string> line, string what, IReadOnlyList<ComparedDelivery> deliveries)
    {
        if (deliveries.Count > 0)
        {
            line($"  {what} {Count(deliveries.Count)}");
        }

        foreach (var delivery in deliveries.Take(MostNamed))
        {
            line($"    {delivery.Id} {delivery.Event}{(delivery.Subject is null ? "" : $" ({delivery.Subject})")}");
        }

        if (deliveries.Count > MostNamed)
        {
            line($"    and {deliveries.Count - MostNamed} more");
        }
    }

    private static string Cut(string text, int from)
    {
        var start = Math.Min(from, text.Length);
        var rest = text[start..];
        return (start > 0 ? "…" : "") + (rest.Length > LongestValue ? rest[..LongestValue] + "…" : rest);
    }
}
