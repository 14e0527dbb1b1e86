using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules;

/// <summary>Whether a rule acts.</summary>
public enum RuleMode
{
    Live,

    /// <summary>Everything but the call: recorded as would-have-done.</summary>
    Shadow,

    /// <summary>Not looked at.</summary>
    Off,
}

/// <summary>A compiled rule. Immutable.</summary>
public sealed record Rule
{
    /// <summary>Its key under <c>rules</c>; unique over all files.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is written.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>What it is for, in the author's words.</summary>
    public string? Description { get; init; }

    /// <summary>Its place among all rules: files in the order of their paths, rules in the order they are written.</summary>
    public required int Ordinal { get; init; }

    /// <summary><c>on</c>: which events it looks at.</summary>
    public required IReadOnlyList<Trigger> Triggers { get; init; }

    /// <summary><c>if</c> and <c>unless</c> as one condition; one that always holds when there is neither.</summary>
    public required Condition Condition { get; init; }

    /// <summary>What to do when it holds.</summary>
    public required IReadOnlyList<ActionStep> Then { get; init; }

    /// <summary>What to do when the trigger matched and the condition does not hold.</summary>
    public required IReadOnlyList<ActionStep> Else { get; init; }

    public required RuleMode Mode { get; init; }

    /// <summary>The steps for that result of the condition; none when it is unknown.</summary>
    public IReadOnlyList<ActionStep> StepsFor(Truth truth) => truth switch
    {
        Truth.True => Then,
        Truth.False => Else,
        _ => [],
    };
}

/// <summary>One step of <c>then</c> or <c>else</c>: an action and its arguments.</summary>
public sealed record ActionStep
{
    /// <summary>Where it is written.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>The action's name.</summary>
    public required string Action { get; init; }

    /// <summary>Facts that its templates read, without <c>facts.</c>.</summary>
    public required IReadOnlySet<string> Facts { get; init; }

    internal ArgumentTemplate Arguments { get; init; } = null!;
}
