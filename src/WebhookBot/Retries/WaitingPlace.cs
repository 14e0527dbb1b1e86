using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>An action that was put off: all that is kept of it in memory, so that looking again costs nothing else.</summary>
internal sealed class WaitingPlace(ActionLease lease, ActionTarget target, TargetLane lane)
{
    public ActionId Id { get; } = lease.Id;

    public string Delivery { get; } = lease.Origin.DeliveryId;

    public string? Subject { get; } = lease.Origin.Subject;

    public DateTimeOffset ReceivedAt { get; } = lease.Origin.ReceivedAt;

    /// <summary>Whether what comes later of its subject goes behind it: it was never tried.</summary>
    public bool IsOrdered { get; set; } = lease.Attempts == 0 && lease.Origin.Subject is { Length: > 0 };

    /// <summary>When it is too old to be done.</summary>
    public DateTimeOffset? StaleAt { get; } = AttemptJudge.StaleAt(lease);

    /// <summary>Whether it may be told in one message with others.</summary>
    public bool MayPile { get; } = target is { Line: not null, Latest: null };

    /// <summary>Whether those who wait with it go one by one.</summary>
    public bool IsPaced { get; } = target.Pace is not null;

    /// <summary>Whether each look asks if something newer has taken its place.</summary>
    public bool IsReplaceable { get; } = lease.Action.Hold is { IsReplaceable: true };

    public TargetLane Lane => lane;

    /// <summary>When it is looked at again.</summary>
    public TimeSpan At { get; set; }

    /// <summary>Whether it waits; one that is just being tried does not.</summary>
    public bool IsInLine { get; set; }

    public bool IsUnderWay { get; set; }

    /// <summary>The pile that it lies on; null when it stands for itself.</summary>
    public WaitingPile? Pile { get; set; }

    /// <summary>The thing of which it tells a state; null when it stands for itself.</summary>
    public LivingThing? Thing { get; set; }

    /// <summary>Whether a newer state of the same thing waits, which is told instead.</summary>
    public bool IsOvertaken => Thing is { } thing && thing.Newest != this && thing.ToldAfter(Id.Sequence) is null;

    /// <summary>The same for all of one subject, so that they come at the same moment again and the first to arrive goes first.</summary>
    public double Spread => (string.GetHashCode(Subject ?? Delivery, StringComparison.Ordinal) & int.MaxValue) / (double)int.MaxValue;
}

/// <summary>
/// What several actions tell the state of, such as a message that is kept up to date. Only the newest is told; the others wait until it has been,
/// as it may yet die or be called off.
/// </summary>
internal sealed class LivingThing(string key)
{
    private readonly SortedSet<WaitingPlace> _waiting = new(Comparer<WaitingPlace>.Create((a, b) => (a.Id.Sequence, a.Id.Index).CompareTo((b.Id.Sequence, b.Id.Index))));
    private (long Sequence, string Delivery)? _told;

    public string Key => key;

    public bool IsEmpty => _waiting.Count == 0;

    public WaitingPlace? Newest => _waiting.Max;

    public void Add(WaitingPlace place) => _waiting.Add(place);

    public void Remove(WaitingPlace place) => _waiting.Remove(place);

    public void Tell(ActionOrigin origin) => _told = _told?.Sequence > origin.Sequence ? _told : (origin.Sequence, origin.DeliveryId);

    /// <summary>The delivery that told a newer state; null when none has.</summary>
    public string? ToldAfter(long sequence) => _told?.Sequence > sequence ? _told.Value.Delivery : null;
}
