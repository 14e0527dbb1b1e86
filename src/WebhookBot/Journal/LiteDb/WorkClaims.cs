using System.Globalization;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Gives work out and writes down what came of it, each write only under a claim that still holds.</summary>
internal sealed class WorkClaims(LogWriter writer, LiveState state, LeaseReader reader, TimeProvider time)
{
    public async Task<IReadOnlyList<DeliveryLease>> ClaimDeliveriesAsync(int max)
    {
        List<(DeliveryState State, long Fence)> taken;
        lock (state.Gate)
        {
            state.Refresh();
            taken = [.. state.Work.TakeReady(max).Select(delivery => (delivery, delivery.Claim.Fence))];
        }

        var leases = new List<DeliveryLease>(taken.Count);
        foreach (var (delivery, fence) in taken)
        {
            if (await reader.ReadLeaseAsync(delivery, fence) is { } lease)
            {
                leases.Add(lease);
            }
        }

        return leases;
    }

    public bool Begin(DeliveryLease lease)
    {
        lock (state.Gate)
        {
            if (Held(lease) is not { } delivery)
            {
                return false;
            }

            state.Work.Begin(delivery);
            return true;
        }
    }

    public async Task<Plan?> SavePlanAsync(DeliveryLease lease, Plan plan)
    {
        while (true)
        {
            Task write;
            PendingFrame? ours = null;
            lock (state.Gate)
            {
                if (Held(lease) is not { } delivery)
                {
                    return null;
                }

                if (delivery.Progress.IsPlanned)
                {
                    return reader.ReadPlan(delivery);
                }

                if (delivery.Claim.Writing is { IsCompleted: false } writing)
                {
                    write = writing;
                }
                else
                {
                    ours = PlanFrame.Encode(delivery.Sequence, time.GetUtcNow(), plan);
                    write = delivery.Claim.Writing = writer.Submit(ours);
                }
            }

            await write;
            if (ours is not null)
            {
                return plan;
            }
        }
    }

    public Task<bool> PostponeAsync(DeliveryLease lease, DateTimeOffset nextAt, string reason) =>
        EndUndecidedAsync(lease, sequence => ReasonFrame.Postponed(sequence, time.GetUtcNow(), nextAt, reason));

    public Task<bool> GiveUpAsync(DeliveryLease lease, string reason) =>
        EndUndecidedAsync(lease, sequence => ReasonFrame.GivenUp(sequence, time.GetUtcNow(), reason));

    public Task<IReadOnlyList<ActionLease>> ClaimActionsAsync(DeliveryLease lease)
    {
        List<TakenAction> taken;
        lock (state.Gate)
        {
            state.Refresh();
            if (Held(lease) is not { } delivery)
            {
                return Task.FromResult<IReadOnlyList<ActionLease>>([]);
            }

            taken = [.. state.Work.TakePending(delivery).Select(Describe)];
        }

        return reader.ReadActionsAsync(taken);
    }

    public async Task<IReadOnlyList<ActionLease>> ClaimDueActionsAsync(int max, Func<ActionId, DateTimeOffset?> later)
    {
        var taken = new List<TakenAction>();
        for (var isMore = true; isMore;)
        {
            lock (state.Gate)
            {
                state.Refresh();
                (var places, isMore) = state.Work.TakeDue(max - taken.Count, later);
                taken.AddRange(places.Select(Describe));
            }

            if (isMore)
            {
                // Whoever writes meanwhile does not wait for all that is moved.
                await Task.Yield();
            }
        }

        return await reader.ReadActionsAsync(taken);
    }

    public IReadOnlyList<HeldAction> FindWaiting()
    {
        lock (state.Gate)
        {
            return [.. state.FindWaiting().Select(Held)];
        }
    }

    public async Task<ActionLease?> ClaimHeldAsync(HeldAction held)
    {
        TakenAction taken;
        lock (state.Gate)
        {
            if (state.Find(held.Origin.Sequence) is not { } delivery || held.Index >= delivery.Progress.Actions.Length
                || !state.Work.TryTake(new ActionPlace(delivery, held.Index)))
            {
                return null;
            }

            taken = Describe(new ActionPlace(delivery, held.Index));
        }

        var leases = await reader.ReadActionsAsync([taken]);
        return leases.Count == 0 ? null : leases[0];
    }

    public Task<Delivery?> ReadDeliveryAsync(ActionLease lease)
    {
        ActionPlace? held;
        lock (state.Gate)
        {
            held = state.Work.HeldAction(lease.Fence);
        }

        return held is { } place ? reader.ReadDeliveryAsync(place.Delivery) : Task.FromResult<Delivery?>(null);
    }

    public IReadOnlyList<HeldAction> FindHeld(string key)
    {
        lock (state.Gate)
        {
            return [.. state.FindHeld(key).Select(Held)];
        }
    }

    public IReadOnlyList<int> CountMarks(IReadOnlyList<MarkQuery> marks)
    {
        lock (state.Gate)
        {
            return [.. marks.Select(mark => state.CountMarks(mark.Key, mark.Since))];
        }
    }

    public Task KeepAsync(Bookmark bookmark) => writer.Submit(KeptFrame.Encode(bookmark, time.GetUtcNow()));

    public bool Begin(ActionLease lease)
    {
        lock (state.Gate)
        {
            if (state.Work.HeldAction(lease.Fence) is not { } place)
            {
                return false;
            }

            state.Work.Begin(place);
            return true;
        }
    }

    public async Task<bool> RecordAttemptAsync(ActionLease lease, Attempt attempt, Bookmark? bookmark)
    {
        if (attempt.Status is ActionStatus.Pending or ActionStatus.Running
            || (attempt.Status == ActionStatus.Retrying && attempt.NextAt is null))
        {
            throw new ArgumentException($"An attempt cannot leave an action {attempt.Status} with NextAt {attempt.NextAt}.", nameof(attempt));
        }

        Task write;
        lock (state.Gate)
        {
            if (state.Work.HeldAction(lease.Fence) is not { Claim.Writing: null or { IsFaulted: true } } place)
            {
                return false;
            }

            place.Claim.LastWords = 0;
            write = writer.Submit(AttemptFrame.Encode(place.Delivery.Sequence, place.Action, attempt, bookmark));
            place.Claim.Writing = write;
        }

        await write;
        return true;
    }

    public async Task<bool> PutOffAsync(ActionLease lease, Attempt attempt)
    {
        if (attempt is not { Status: ActionStatus.Waiting, NextAt: { } nextAt })
        {
            throw new ArgumentException($"What is put off waits until a time; it is not left {attempt.Status} with NextAt {attempt.NextAt}.", nameof(attempt));
        }

        var words = string.GetHashCode(attempt.Detail, StringComparison.Ordinal);
        lock (state.Gate)
        {
            if (state.Work.HeldAction(lease.Fence) is { Claim.Writing: null, Progress.Status: ActionStatus.Waiting } place && place.Claim.LastWords == words)
            {
                place.Claim.End();
                place.Progress.DueTicks = nextAt.UtcTicks;
                state.Settle(place.Delivery);
                return true;
            }
        }

        if (!await RecordAttemptAsync(lease, attempt, bookmark: null))
        {
            return false;
        }

        lock (state.Gate)
        {
            if (state.Find(lease.Origin.Sequence) is { } delivery)
            {
                delivery.ActionClaim(lease.Index).LastWords = words;
            }
        }

        return true;
    }

    public async Task<bool> DecideDeadAsync(long sequence, int action, Attempt decision)
    {
        if (decision.Status is not (ActionStatus.Pending or ActionStatus.Skipped))
        {
            throw new ArgumentException($"A dead letter is tried again or closed; it does not become {decision.Status}.", nameof(decision));
        }

        Task write;
        lock (state.Gate)
        {
            // One that is just being opened again because it was sent again is no dead letter any more.
            if (state.Find(sequence) is not { Progress.HasDeadLetter: true, Reopening: null or { IsFaulted: true } } delivery
                || action >= delivery.Progress.Actions.Length
                || new ActionPlace(delivery, action) is not { Progress.Status: ActionStatus.Dead, Claim: { IsHeld: false, Writing: null or { IsFaulted: true } } } place)
            {
                return false;
            }

            write = place.Claim.Writing = writer.Submit(AttemptFrame.Encode(sequence, action, decision, bookmark: null));
        }

        await write;
        return true;
    }

    public void Renew(IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions)
    {
        lock (state.Gate)
        {
            foreach (var lease in deliveries)
            {
                if (Held(lease) is { } delivery)
                {
                    state.Work.Renew(delivery.Claim);
                }
            }

            foreach (var lease in actions)
            {
                if (state.Work.HeldAction(lease.Fence) is { } place)
                {
                    state.Work.Renew(place.Claim);
                }
            }
        }
    }

    public void Release(DeliveryLease lease)
    {
        lock (state.Gate)
        {
            if (Held(lease) is { } delivery)
            {
                delivery.Claim.End();
                WorkQueue.EndPendingClaims(delivery);
                state.Settle(delivery);
            }
        }
    }

    public async Task WaitForWorkAsync(CancellationToken cancellation)
    {
        Task signal;
        TimeSpan atMost;
        lock (state.Gate)
        {
            state.Refresh();
            if (state.Work.Wait() is not { } wait)
            {
                return;
            }

            (signal, atMost) = wait;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(signal, Task.Delay(atMost, time, ending.Token));
        await ending.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private static TakenAction Describe(ActionPlace place) =>
        new(place, place.Progress.Attempts, place.Progress.Interrupted, place.Progress.IsInDoubt, place.Claim.Fence);

    private static HeldAction Held(ActionPlace place) => new(
        LeaseReader.Origin(place.Delivery),
        place.Action,
        new DateTimeOffset(place.Progress.DueTicks, TimeSpan.Zero),
        place.Progress.Batch == default ? null : place.Progress.Batch.ToString("x32", CultureInfo.InvariantCulture))
    {
        IsRetried = place.Progress.Status == ActionStatus.Retrying,
    };

    private DeliveryState? Held(DeliveryLease lease) =>
        state.Find(lease.Delivery.Sequence) is { } delivery && delivery.Claim.Fence == lease.Fence ? delivery : null;

    private async Task<bool> EndUndecidedAsync(DeliveryLease lease, Func<long, PendingFrame> encode)
    {
        Task write;
        lock (state.Gate)
        {
            if (Held(lease) is not { Progress.IsPlanned: false, Claim.Writing: null or { IsFaulted: true } } delivery)
            {
                return false;
            }

            write = delivery.Claim.Writing = writer.Submit(encode(delivery.Sequence));
        }

        await write;
        return true;
    }
}
