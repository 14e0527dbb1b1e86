using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Backtesting;

/// <summary>What a rule set makes of one rule for one event.</summary>
public sealed record RuleVerdict
{
    /// <summary>The rule.</summary>
    public required Rule Rule { get; init; }

    /// <summary>Whether its conditions hold.</summary>
    public required Truth Matched { get; init; }

    /// <summary>What it plans, in order: its <c>then</c>, or its <c>else</c>.</summary>
    public required IReadOnlyList<PlannedAction> Actions { get; init; }

    /// <summary>Why it cannot be decided, or why what it plans cannot be told; empty when all is known.</summary>
    public required IReadOnlyList<OpenQuestion> Open { get; init; }

    /// <summary>True when a fact that was not recorded stands in the way: the bot itself would have fetched it.</summary>
    public required bool IsFactMissing { get; init; }
}

/// <summary>Something that would have to be known to decide.</summary>
/// <param name="What">The fact, or the condition, in the rule file's words.</param>
/// <param name="Because">Why it is not known.</param>
public sealed record OpenQuestion(string What, string Because);

/// <summary>What a rule set makes of one event, rule by rule. Pure.</summary>
public static class Verdict
{
    /// <summary>The rules that match, act or cannot be decided, in order; all others do nothing.</summary>
    public static IReadOnlyList<RuleVerdict> Of(RuleSet rules, WebhookEvent e)
    {
        var result = RuleMatcher.Match(rules, e);
        var actions = Planner.Actions(result).Where(a => !a.IsNotice).ToLookup(a => a.Rule, StringComparer.Ordinal);
        return [.. result.Matches.Where(m => m.Truth != Truth.False || actions.Contains(m.Rule.Name)).Select(m => Decide(m, [.. actions[m.Rule.Name]]))];
    }

    private static RuleVerdict Decide(RuleMatch match, IReadOnlyList<PlannedAction> actions)
    {
        var missing = match.FactsWanted.Order(StringComparer.Ordinal).Select(fact => new OpenQuestion($"facts.{fact}", "it was not recorded")).ToList();
        return new RuleVerdict
        {
            Rule = match.Rule,
            Matched = match.Truth,
            Actions = actions,
            Open = match.Truth == Truth.Unknown && missing.Count == 0 ? Uncertain(match.Explain().Explanation) : missing,
            IsFactMissing = missing.Count > 0,
        };
    }

    // The conditions that left it open when it was decided, and leave it open again.
    private static List<OpenQuestion> Uncertain(Explanation explanation) => explanation switch
    {
        { Result: not Truth.Unknown } => [],
        { Parts.Count: 0 } => [new OpenQuestion(explanation.Condition, explanation.Because ?? "it could not be told")],
        _ => [.. explanation.Parts.SelectMany(Uncertain).Distinct()],
    };
}
