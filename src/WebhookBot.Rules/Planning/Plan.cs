using System.Text.Json;

namespace WebhookBot.Rules.Planning;

/// <summary>What was decided for one delivery: saved before anything is done, and never changed afterwards.</summary>
public sealed record Plan
{
    /// <summary>The content hash of the rule set that decided.</summary>
    public required string RuleSet { get; init; }

    /// <summary>Every rule that was looked at and why it does or does not apply.</summary>
    public required IReadOnlyList<RuleExplanation> Rules { get; init; }

    /// <summary>What is to be done, in order.</summary>
    public required IReadOnlyList<PlannedAction> Actions { get; init; }

    /// <summary>The facts the decision was made with, as JSON: <c>{"changed_files": {"value": [...]}}</c>.</summary>
    public JsonElement? Facts { get; init; }

    /// <summary>Rules that were not looked at one by one, in words; null when all were.</summary>
    public string? Note { get; init; }
}

/// <summary>One action to carry out, its arguments rendered.</summary>
public sealed record PlannedAction
{
    /// <summary>The idempotency key: the same decision on the same delivery always gives the same key.</summary>
    public required string Key { get; init; }

    /// <summary>The rule that asked for it.</summary>
    public required string Rule { get; init; }

    /// <summary>The action's name: <c>slack.post</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The rendered arguments, a JSON object.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>True when the action is to be recorded as would-have-done and not carried out.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Why the arguments could not be rendered; such an action fails without being tried. Usually null.</summary>
    public string? Problem { get; init; }
}

/// <summary>One rule, whether it applies to an event, and why.</summary>
public sealed record RuleExplanation
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>Whether its conditions hold.</summary>
    public required Truth Matched { get; init; }

    /// <summary>Condition by condition.</summary>
    public required Conditions.Explanation Explanation { get; init; }
}
