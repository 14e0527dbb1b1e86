using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;
using WebhookBot.Rules.Timing;

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

    /// <summary>When it acts, other than at once.</summary>
    public RuleTiming Timing { get; init; } = RuleTiming.AtOnce;

    /// <summary>When it fires by itself; null for a rule that only events fire.</summary>
    public RuleSchedule? Schedule { get; init; }

    /// <summary>The last day (UTC) on which it is looked at; null when it does not end.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Who is told when it is stopped or has ended: a Slack channel, or <c>@login</c>; null when nobody is.</summary>
    public string? Owner { get; init; }

    /// <summary>How often it may act on one subject within an hour before it is stopped.</summary>
    public int MaxPerSubject { get; init; } = DefaultMaxPerSubject;

    /// <summary>Whether it hears of what bots did: it says so, or one of its conditions asks who did it.</summary>
    public bool HearsBots { get; init; }

    /// <summary>What <see cref="MaxPerSubject"/> is when a rule does not say.</summary>
    public const int DefaultMaxPerSubject = 20;

    /// <summary>Whether its last day is over at that time.</summary>
    public bool IsExpiredAt(DateTimeOffset time) => Until is { } until && DateOnly.FromDateTime(time.UtcDateTime) > until;

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

    /// <summary>What people call it; null when it has no name.</summary>
    public string? Name { get; init; }

    /// <summary>What must hold for it to be done; null when nothing must.</summary>
    public Condition? When { get; init; }

    /// <summary>How often it is tried; null for what the service does by default.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Whether the steps after it are left out when it fails, and wait until it has succeeded.</summary>
    public bool StopsOnFailure { get; init; }

    internal ArgumentTemplate Arguments { get; init; } = null!;
}
