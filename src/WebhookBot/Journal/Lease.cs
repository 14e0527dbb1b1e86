using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal;

/// <summary>
/// The right to work on a delivery for a while. A claim that comes after it ran out gets a larger fence, and whatever the late
/// one still writes is refused.
/// </summary>
public sealed record DeliveryLease
{
    public required Delivery Delivery { get; init; }

    /// <summary>The plan saved earlier, when the work was cut off after deciding; else null.</summary>
    public Plan? Plan { get; init; }

    /// <summary>How often deciding was tried and put off before.</summary>
    public required int Postponed { get; init; }

    /// <summary>How often the process ended while it was being decided.</summary>
    public required int Interrupted { get; init; }

    /// <summary>Whether the process ended while it was being decided or while one of its actions was being tried.</summary>
    public required bool IsSuspect { get; init; }

    public required long Fence { get; init; }
}

/// <summary>The right to try one action for a while.</summary>
public sealed record ActionLease
{
    public required PlannedAction Action { get; init; }

    public required ActionOrigin Origin { get; init; }

    /// <summary>Its place in the plan.</summary>
    public required int Index { get; init; }

    public ActionId Id => new(Origin.Sequence, Index);

    /// <summary>How many attempts are recorded already.</summary>
    public required int Attempts { get; init; }

    /// <summary>
    /// How often the process ended while it was being tried, since the last attempt that is recorded: whether it was done is not known.
    /// </summary>
    public int Interrupted { get; init; }

    /// <summary>Whether a try of which nothing is recorded, or which a person had forgotten, may have done it.</summary>
    public bool IsInDoubt { get; init; }

    public required long Fence { get; init; }
}

/// <summary>An action by its delivery's sequence and its place in that one's plan: what it is known by in memory.</summary>
public readonly record struct ActionId(long Sequence, int Index);

/// <summary>The delivery that an action was planned for.</summary>
public sealed record ActionOrigin(string DeliveryId, long Sequence, string Source, string Event, string? Subject, DateTimeOffset ReceivedAt);

/// <summary>An action that waits for its time.</summary>
/// <param name="Origin">The delivery it was planned for.</param>
/// <param name="Index">Its place in the plan.</param>
/// <param name="Due">When its time comes.</param>
/// <param name="Batch">The digest it belongs to; null when it is none.</param>
public sealed record HeldAction(ActionOrigin Origin, int Index, DateTimeOffset Due, string? Batch)
{
    /// <summary>Whether it was tried and is tried again: its time has come, and nothing joins it any more.</summary>
    public bool IsRetried { get; init; }
}

/// <summary>What to count: the marks of a key that are younger than a time.</summary>
public readonly record struct MarkQuery(string Key, DateTimeOffset Since);
