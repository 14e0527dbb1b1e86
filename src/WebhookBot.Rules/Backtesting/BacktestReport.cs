namespace WebhookBot.Rules.Backtesting;

/// <summary>A delivery in a report.</summary>
public sealed record ComparedDelivery(string Id, string Event, string? Subject, DateTimeOffset ReceivedAt);

/// <summary>What came of a backtest.</summary>
public sealed record BacktestReport
{
    /// <summary>How many deliveries were decided twice.</summary>
    public required int Deliveries { get; init; }

    /// <summary>When the first and the last of them were received; null when there were none.</summary>
    public required (DateTimeOffset First, DateTimeOffset Last)? Span { get; init; }

    /// <summary>The rules that decide otherwise, in the order of the second rule set, those that it lacks last.</summary>
    public required IReadOnlyList<RuleChange> Changes { get; init; }

    /// <summary>What could not be decided.</summary>
    public required IReadOnlyList<UndecidedChange> Undecided { get; init; }

    /// <summary>The rules of both whose time keys differ, in the order of the second rule set.</summary>
    public required IReadOnlyList<TimingChange> Timing { get; init; }

    /// <summary>Rules that only the second rule set has.</summary>
    public required IReadOnlyList<string> AddedRules { get; init; }

    /// <summary>Rules that only the first rule set has.</summary>
    public required IReadOnlyList<string> RemovedRules { get; init; }

    /// <summary>True when a rule decides otherwise, or when only one of the two sets could decide it.</summary>
    public bool HasChanges => Changes.Count > 0 || Undecided.Any(u => u.Side != RuleSetSide.Both);
}

/// <summary>A rule that decides otherwise.</summary>
public sealed record RuleChange
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>Where it is written: in the second rule set, or in the first when the second lacks it.</summary>
    public required string At { get; init; }

    /// <summary>On how many deliveries it fires under the first.</summary>
    public required int FiredBefore { get; init; }

    /// <summary>On how many deliveries it fires under the second.</summary>
    public required int FiredAfter { get; init; }

    /// <summary>The deliveries on which it fires under the second only.</summary>
    public required IReadOnlyList<ComparedDelivery> Starts { get; init; }

    /// <summary>The deliveries on which it fires under the first only.</summary>
    public required IReadOnlyList<ComparedDelivery> Stops { get; init; }

    /// <summary>The deliveries on which it fires, or does not, under both, and plans other actions.</summary>
    public required IReadOnlyList<ComparedDelivery> Differs { get; init; }

    /// <summary>What it would do otherwise, the same kind of difference added up.</summary>
    public required IReadOnlyList<ActionChange> Actions { get; init; }
}

/// <summary>A rule whose time keys differ. What that changes is not known: a backtest leaves them aside.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="At">Where it is written in the second rule set.</param>
/// <param name="Keys">The keys that differ: <c>throttle</c>.</param>
public sealed record TimingChange(string Rule, string At, IReadOnlyList<string> Keys);

/// <summary>A kind of difference, on how many deliveries, and the first met.</summary>
public sealed record ActionChange(ActionDifference Example, ComparedDelivery On, int Deliveries);

/// <summary>A rule that could not be decided, why, under which rule set, and on which deliveries.</summary>
public sealed record UndecidedChange(string Rule, RuleSetSide Side, OpenQuestion Question, IReadOnlyList<ComparedDelivery> Deliveries);
