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

    /// <summary>What is to be said beside the rules, in words: those that were not looked at one by one, what the event called off. Usually null.</summary>
    public string? Note { get; init; }

    /// <summary>What counts from now on: one for each rule that is limited by a number in a time.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];
}

/// <summary>Says that something happened once, for those who count it.</summary>
/// <param name="Key">What is counted.</param>
/// <param name="At">When it happened.</param>
/// <param name="Until">When nobody counts it any more.</param>
public sealed record Mark(string Key, DateTimeOffset At, DateTimeOffset Until);

/// <summary>Why a planned action is not done at once.</summary>
public sealed record Hold
{
    /// <summary>What others find it by: those that call it off, replace it, or join it.</summary>
    public string? Key { get; init; }

    /// <summary>The patterns of events that call it off.</summary>
    public IReadOnlyList<string> CancelOn { get; init; } = [];

    /// <summary>What must still hold when its time comes: the mapping behind <c>still</c>. Null when nothing must.</summary>
    public JsonElement? Still { get; init; }

    /// <summary>True when a later action of the same key takes its place.</summary>
    public bool IsReplaceable { get; init; }

    /// <summary>The digest it belongs to; null when it is none.</summary>
    public string? Batch { get; init; }

    /// <summary>Whether that event, being of the same subject, calls it off.</summary>
    public bool IsCalledOffBy(WebhookEvent e) => CancelOn.Any(p => Trigger.Fits(p, e.Name) || e.Aliases.Any(a => Trigger.Fits(p, a)));

    /// <summary>What the actions of that subject that an event may call off are found by.</summary>
    public static string WaitingFor(string subject) => $"wait\n{subject}";

    /// <summary>What a rule counts under, or what its held actions are found by.</summary>
    public static string Of(string kind, string rule, string key) => $"{kind}\n{rule}\n{key}";

    /// <summary>The key that <see cref="Of"/> was given.</summary>
    public static string TextOf(string key) => key.Split('\n', 3)[2];
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

    /// <summary>True when no step asked for it: it tells the rule's owner about the rule.</summary>
    public bool IsNotice { get; init; }

    /// <summary>What the rule file calls the step; usually null.</summary>
    public string? Step { get; init; }

    /// <summary>When it is to be done; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>What may come in between; null when nothing may.</summary>
    public Hold? Hold { get; init; }

    /// <summary>How often it is tried; null for what the service does by default.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>The key of the action that must have succeeded before; null when none must.</summary>
    public string? After { get; init; }

    /// <summary>Why it is not carried out although it was decided: it was done already. Such an action is skipped. Usually null.</summary>
    public string? Omitted { get; init; }

    /// <summary>
    /// Since when it may have been done, by tries of another plan in whose stead it is tried: it is looked for before it is done. Null when it was never
    /// tried before.
    /// </summary>
    public DateTimeOffset? TriedSince { get; init; }

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

    /// <summary>What became of the match beyond its conditions: waits, was dropped, was stopped. Usually null.</summary>
    public string? Note { get; init; }

    /// <summary>The steps that have a condition of their own, and what came of it.</summary>
    public IReadOnlyList<StepExplanation> Steps { get; init; } = [];
}

/// <summary>A step with a condition of its own.</summary>
/// <param name="Step">Its name, or its action and place.</param>
/// <param name="Done">Whether it is to be done.</param>
/// <param name="Explanation">Its condition.</param>
public sealed record StepExplanation(string Step, Truth Done, Conditions.Explanation Explanation);
