namespace WebhookBot.Journal.LiteDb;

/// <summary>An action of a delivery, by its place in the plan.</summary>
internal readonly record struct ActionPlace(DeliveryState Delivery, int Action)
{
    public ref ActionProgress Progress => ref Delivery.Progress.Actions[Action];

    public Claim Claim => Delivery.ActionClaim(Action);
}

/// <summary>What can be claimed now and what later. Everything here happens under the gate of the live state.</summary>
internal sealed class WorkQueue(TimeSpan lease, RunningWork running, TimeProvider time)
{
    private const int WholeDelivery = -1;
    private const int MostMoved = 100;

    // One row for the whole process: a lease of a journal that was closed is never taken for one of the journal opened after it.
    private static long s_fence;

    private readonly SubjectLines _lines = new();

    // What is ready no more stays in the row until it comes to its front.
    private readonly PriorityQueue<DeliveryState, long> _ready = new();
    private int _readyCount;
    private readonly PriorityQueue<DeliveryState, long> _postponed = new();
    private readonly PriorityQueue<(DeliveryState Delivery, long NotBefore), long> _postponedAnyway = new();
    private readonly PriorityQueue<ActionPlace, (long Due, long Sequence, int Action)> _due = new();

    // The same of those that were tried or put off, by a clock that only goes forward: setting the other one back holds up no retry.
    private readonly PriorityQueue<(ActionPlace Place, long Due), long> _dueAnyway = new();
    private readonly PriorityQueue<(ActionPlace Place, long Fence), long> _leases = new();
    private readonly Dictionary<long, ActionPlace> _heldActions = [];
    private TaskCompletionSource? _waiter;

    public long Unfinished { get; private set; }

    public long Retrying { get; private set; }

    public long DeadLetters { get; private set; }

    private long NowTicks => time.GetUtcNow().UtcTicks;

    public void Settle(DeliveryState delivery)
    {
        Count(delivery);
        if (delivery.Progress.IsBlocking)
        {
            _lines.Enter(delivery);
            if (delivery.Next is { } next)
            {
                Refresh(next);
            }
        }
        else if (_lines.Leave(delivery) is { } first)
        {
            Refresh(first);
        }

        Refresh(delivery);
        QueueDueActions(delivery);
    }

    public List<DeliveryState> TakeReady(int max)
    {
        var taken = new List<DeliveryState>();
        while (taken.Count < max && _ready.TryDequeue(out var delivery, out _))
        {
            if (!delivery.IsReady)
            {
                continue;
            }

            delivery.IsReady = false;
            _readyCount--;
            Grant(delivery.Claim, new ActionPlace(delivery, WholeDelivery));
            taken.Add(delivery);
        }

        return taken;
    }

    public List<ActionPlace> TakePending(DeliveryState delivery)
    {
        var taken = new List<ActionPlace>();
        for (var i = 0; i < delivery.Progress.Actions.Length; i++)
        {
            var place = new ActionPlace(delivery, i);
            if (place.Progress.Status == ActionStatus.Pending && !place.Claim.IsHeld)
            {
                GrantAction(place);
                taken.Add(place);
            }
        }

        return taken;
    }

    /// <summary>Claims what is due, and whether there may be more; what need not be looked at yet is moved, so many at a time.</summary>
    public (List<ActionPlace> Taken, bool IsMore) TakeDue(int max, Func<ActionId, DateTimeOffset?> later)
    {
        var taken = new List<ActionPlace>();
        for (var moved = 0; moved < MostMoved; moved++)
        {
            if (taken.Count >= max || NextDue() is not var (place, due))
            {
                return (taken, false);
            }

            var isCurrent = place.Claim.QueuedDue == due;
            place.Claim.QueuedDue = isCurrent ? 0 : place.Claim.QueuedDue;
            if (!isCurrent || !IsAwaitingDue(place) || place.Progress.DueTicks != due)
            {
                continue;
            }

            if (later(new ActionId(place.Delivery.Sequence, place.Action)) is { } at)
            {
                place.Progress.DueTicks = at.UtcTicks;
                Queue(place);
            }
            else
            {
                GrantAction(place);
                taken.Add(place);
            }
        }

        return (taken, true);
    }

    /// <summary>Claims one action that waits for its time; false when it does not wait, or somebody has it.</summary>
    public bool TryTake(ActionPlace place)
    {
        if (!IsAwaitingDue(place))
        {
            return false;
        }

        place.Claim.QueuedDue = 0;
        GrantAction(place);
        return true;
    }

    /// <summary>Notes that deciding begins. Once it is decided, what ends the process is one of its actions.</summary>
    public void Begin(DeliveryState delivery) => delivery.Claim.Mark ??= delivery.Progress.IsPlanned ? null : running.Enter(delivery.Sequence, action: null);

    /// <summary>Notes that the try of an action begins.</summary>
    public void Begin(ActionPlace place) => place.Claim.Mark ??= running.Enter(place.Delivery.Sequence, place.Action);

    public ActionPlace? HeldAction(long fence) => _heldActions.TryGetValue(fence, out var place) && place.Claim.Fence == fence ? place : null;

    public void Renew(Claim claim) => claim.Until = LeaseEnd();

    /// <summary>Ends the claims on actions that were never tried, those that come with the delivery's own claim.</summary>
    public static void EndPendingClaims(DeliveryState delivery)
    {
        for (var i = 0; i < delivery.Progress.Actions.Length; i++)
        {
            var place = new ActionPlace(delivery, i);
            if (place.Progress.Status == ActionStatus.Pending && place.Claim.Writing is null or { IsCompleted: true })
            {
                place.Claim.End();
            }
        }
    }

    /// <summary>Ends what has run out; the deliveries concerned are to be settled.</summary>
    public List<DeliveryState> TakeExpired()
    {
        var expired = new List<DeliveryState>();
        var now = time.GetTimestamp();
        while (_leases.TryPeek(out var held, out var until) && until <= now)
        {
            _leases.Dequeue();
            var claim = held.Place.Action == WholeDelivery ? held.Place.Delivery.Claim : held.Place.Claim;
            if (claim.Fence != held.Fence)
            {
                _heldActions.Remove(held.Fence);
            }
            else if (claim.Until > now || claim.Writing is { IsCompleted: false })
            {
                _leases.Enqueue(held, Math.Max(claim.Until, now + time.TimestampFrequency));
            }
            else
            {
                claim.End();
                _heldActions.Remove(held.Fence);
                expired.Add(held.Place.Delivery);
            }
        }

        return expired;
    }

    public void WakePostponed()
    {
        var now = NowTicks;
        while (_postponed.TryPeek(out var delivery, out var notBefore) && notBefore <= now)
        {
            _postponed.Dequeue();
            Refresh(delivery);
        }

        while (_postponedAnyway.TryPeek(out var other, out var at) && at <= time.GetTimestamp())
        {
            _postponedAnyway.Dequeue();
            if (other.Delivery.Progress.NotBeforeTicks == other.NotBefore)
            {
                other.Delivery.Progress.NotBeforeTicks = 0;
                Refresh(other.Delivery);
            }
        }
    }

    /// <summary>What to wait for and at most how long; null when there is something to claim now.</summary>
    public (Task Signal, TimeSpan AtMost)? Wait()
    {
        var now = NowTicks;
        var ticks = TimeSpan.TicksPerMinute;
        if (_postponed.TryPeek(out _, out var notBefore))
        {
            ticks = Math.Min(ticks, notBefore - now);
        }

        if (_postponedAnyway.TryPeek(out _, out var at))
        {
            ticks = Math.Min(ticks, time.GetElapsedTime(time.GetTimestamp(), at).Ticks + 1);
        }

        // What is due already is the sweep's, which looks by the clock; waiting no time for it would be waiting in circles.
        if (_due.TryPeek(out _, out var priority) && priority.Due > now)
        {
            ticks = Math.Min(ticks, priority.Due - now);
        }

        if (NextLeaseEnd() is { } until)
        {
            ticks = Math.Min(ticks, time.GetElapsedTime(time.GetTimestamp(), until).Ticks + 1);
        }

        if (_readyCount > 0 || ticks <= 0)
        {
            return null;
        }

        _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_waiter.Task, TimeSpan.FromTicks(ticks));
    }

    // Leases that ended early stay in the row until they come to its front.
    private long? NextLeaseEnd()
    {
        while (_leases.TryPeek(out var held, out var until))
        {
            var claim = held.Place.Action == WholeDelivery ? held.Place.Delivery.Claim : held.Place.Claim;
            if (claim.Fence == held.Fence)
            {
                return until;
            }

            _leases.Dequeue();
            _heldActions.Remove(held.Fence);
        }

        return null;
    }

    private void Refresh(DeliveryState delivery)
    {
        var isReady = IsClaimable(delivery) && _lines.IsFirst(delivery);
        if (isReady == delivery.IsReady)
        {
            return;
        }

        delivery.IsReady = isReady;
        _readyCount += isReady ? 1 : -1;
        if (isReady)
        {
            _ready.Enqueue(delivery, delivery.Sequence);
            Signal();
        }
    }

    private bool IsClaimable(DeliveryState delivery)
    {
        var progress = delivery.Progress;
        if (delivery.IsHeld || progress.IsGivenUp)
        {
            return false;
        }

        if (progress.IsPlanned)
        {
            return delivery.HasFreePending();
        }

        if (progress.NotBeforeTicks <= NowTicks)
        {
            return true;
        }

        _postponed.Enqueue(delivery, progress.NotBeforeTicks);
        _postponedAnyway.Enqueue((delivery, progress.NotBeforeTicks), After(progress.NotBeforeTicks));
        Signal();
        return false;
    }

    private void QueueDueActions(DeliveryState delivery)
    {
        for (var i = 0; i < delivery.Progress.Actions.Length; i++)
        {
            var place = new ActionPlace(delivery, i);
            var due = place.Progress.DueTicks;
            if (due != 0 && IsAwaitingDue(place) && place.Claim.QueuedDue != due)
            {
                Queue(place);
                Signal();
            }
        }
    }

    private void Queue(ActionPlace place)
    {
        var due = place.Claim.QueuedDue = place.Progress.DueTicks;
        _due.Enqueue(place, (due, place.Delivery.Sequence, place.Action));
        if (place.Progress is { IsPutOff: true } or { Status: ActionStatus.Retrying })
        {
            _dueAnyway.Enqueue((place, due), After(due));
        }
    }

    private (ActionPlace Place, long Due)? NextDue()
    {
        if (_due.TryPeek(out var place, out var priority) && priority.Due <= NowTicks)
        {
            _due.Dequeue();
            return (place, priority.Due);
        }

        return _dueAnyway.TryPeek(out var other, out var at) && at <= time.GetTimestamp() ? _dueAnyway.Dequeue() : null;
    }

    private static bool IsAwaitingDue(ActionPlace place) =>
        !place.Delivery.Progress.IsGivenUp
        && place.Progress.Status is ActionStatus.Retrying or ActionStatus.Waiting
        && !place.Claim.IsHeld;

    private void GrantAction(ActionPlace place)
    {
        Grant(place.Claim, place);
        _heldActions.Add(place.Claim.Fence, place);
    }

    private void Grant(Claim claim, ActionPlace place)
    {
        claim.Fence = Interlocked.Increment(ref s_fence);
        claim.Until = LeaseEnd();
        _leases.Enqueue((place, claim.Fence), claim.Until);
    }

    // That time of the wall clock by the one that only goes forward.
    private long After(long ticks) => time.GetTimestamp() + (long)(TimeSpan.FromTicks(ticks - NowTicks).TotalSeconds * time.TimestampFrequency);

    private long LeaseEnd() => time.GetTimestamp() + (long)(lease.TotalSeconds * time.TimestampFrequency);

    private void Count(DeliveryState delivery)
    {
        var isUnfinished = !delivery.Progress.IsFinished;
        if (isUnfinished != delivery.IsCounted)
        {
            delivery.IsCounted = isUnfinished;
            Unfinished += isUnfinished ? 1 : -1;
        }

        // Of what was given up nothing is tried any more, and nobody can decide about a part of it.
        var (retrying, dead) = (0, 0);
        foreach (ref var action in delivery.Progress.IsGivenUp ? default : delivery.Progress.Actions.AsSpan())
        {
            retrying += action.IsRetried ? 1 : 0;
            dead += action.Status == ActionStatus.Dead ? 1 : 0;
        }

        Retrying += retrying - delivery.CountedRetrying;
        DeadLetters += dead - delivery.CountedDead;
        (delivery.CountedRetrying, delivery.CountedDead) = (retrying, dead);
    }

    private void Signal()
    {
        _waiter?.TrySetResult();
        _waiter = null;
    }
}
