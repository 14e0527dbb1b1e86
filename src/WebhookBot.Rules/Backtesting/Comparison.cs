namespace WebhookBot.Rules.Backtesting;

/// <summary>Which of the two rule sets.</summary>
public enum RuleSetSide
{
    Before,
    After,
    Both,
}

/// <summary>What two rule sets make of one delivery, by the rules that do anything in either.</summary>
public sealed record Comparison(IReadOnlyList<RuleComparison> Rules);

/// <summary>What the two rule sets make of one rule for one delivery.</summary>
public sealed record RuleComparison
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>Whether it matches under the first; a rule that is not there does not.</summary>
    public required Truth Before { get; init; }

    /// <summary>Whether it matches under the second.</summary>
    public required Truth After { get; init; }

    /// <summary>What it would do otherwise.</summary>
    public IReadOnlyList<ActionDifference> Actions { get; init; } = [];

    /// <summary>What could not be decided.</summary>
    public required IReadOnlyList<UndecidedRule> Open { get; init; }
}

/// <summary>That something is not known under one of the rule sets, or both.</summary>
public sealed record UndecidedRule(RuleSetSide Side, OpenQuestion Question);

/// <summary>How an action differs.</summary>
public enum ActionDifferenceKind
{
    /// <summary>Only the second rule set plans it.</summary>
    Added,

    /// <summary>Only the first rule set plans it.</summary>
    Removed,

    /// <summary>An argument has another value.</summary>
    Argument,

    /// <summary>Whether it is shadow.</summary>
    Shadow,

    /// <summary>Whether, or why, its arguments cannot be rendered.</summary>
    Problem,

    /// <summary>The same actions come in another order.</summary>
    Order,
}

/// <summary>One difference between what two rule sets plan for one rule and one delivery.</summary>
/// <param name="Kind">How it differs.</param>
/// <param name="Action">The action's name; for the order, all names.</param>
/// <param name="Argument">The argument that differs; null for other kinds.</param>
/// <param name="Before">What the first plans, as JSON or words; null for nothing.</param>
/// <param name="After">What the second plans.</param>
public sealed record ActionDifference(ActionDifferenceKind Kind, string Action, string? Argument, string? Before, string? After);
