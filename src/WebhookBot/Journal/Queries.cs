using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal;

/// <summary>Which deliveries to list. Every part that is null lets all pass.</summary>
public sealed record DeliveryQuery
{
    public string? Source { get; init; }

    /// <summary>The event's name, or its beginning followed by <c>*</c>.</summary>
    public string? Event { get; init; }

    public DeliveryStatus? Status { get; init; }

    public string? Subject { get; init; }

    /// <summary>A rule that matched.</summary>
    public string? Rule { get; init; }

    /// <summary>Received at or after.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Leaves replays out, which are copies of others; not of a page.</summary>
    public bool IsWithoutReplays { get; init; }

    /// <summary>At most this many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The <see cref="DeliveryPage.Next"/> of the page before.</summary>
    public string? Cursor { get; init; }
}

/// <summary>A page of deliveries, newest first.</summary>
/// <param name="Items">The deliveries.</param>
/// <param name="Next">The cursor of the next page; null at the end.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliverySummary> Items, string? Next);

/// <summary>A delivery in a list.</summary>
public sealed record DeliverySummary
{
    public required string Id { get; init; }

    public required long Sequence { get; init; }

    public required string Source { get; init; }

    public required string Event { get; init; }

    public string? Subject { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DeliveryStatus Status { get; init; }

    /// <summary>The rules that matched.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>How often it came again.</summary>
    public required int Duplicates { get; init; }
}

/// <summary>Everything that is held of a delivery.</summary>
public sealed record DeliveryRecord
{
    public required Delivery Delivery { get; init; }

    public required DeliveryStatus Status { get; init; }

    public required int Duplicates { get; init; }

    /// <summary>Why it was put off, or why nothing could be decided; null otherwise.</summary>
    public string? Problem { get; init; }

    public Plan? Plan { get; init; }

    public required IReadOnlyList<PlannedActionRecord> Actions { get; init; }

    /// <summary>Whether another step of the same rule was tried already: then the rest is done as well, whatever comes in between.</summary>
    public bool HasBegun(PlannedAction step) => Actions.Any(a => a.Action.Rule == step.Rule && a.Action.Key != step.Key
        && a.Status is ActionStatus.Succeeded or ActionStatus.Shadow or ActionStatus.Retrying or ActionStatus.Dead);
}

/// <summary>A planned action and what came of it.</summary>
public sealed record PlannedActionRecord
{
    public required PlannedAction Action { get; init; }

    public required ActionStatus Status { get; init; }

    public required IReadOnlyList<Attempt> Attempts { get; init; }
}
