namespace WebhookBot.Rules.Conditions;

/// <summary>A condition, what came of it, and the value that was seen; a tree for combined conditions.</summary>
public sealed record Explanation
{
    /// <summary>The condition in the rule file's words: <c>pull_request.draft: false</c>.</summary>
    public required string Condition { get; init; }

    /// <summary>What came of it.</summary>
    public required Truth Result { get; init; }

    /// <summary>The value seen, as short JSON text; null for combined conditions and for absent fields.</summary>
    public string? Seen { get; init; }

    /// <summary>A reason beyond the value seen: why it is unknown, or why nothing was there.</summary>
    public string? Because { get; init; }

    /// <summary>Where it is written: <c>rules/docs.yml(7,7)</c>.</summary>
    public string? At { get; init; }

    /// <summary>The parts of a combined condition.</summary>
    public IReadOnlyList<Explanation> Parts { get; init; } = [];
}
