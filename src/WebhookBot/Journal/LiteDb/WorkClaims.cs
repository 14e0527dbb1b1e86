using System.Globalization;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Gives work out and writes down what came of it, each write only under a claim that still holds.</summary>
internal sealed partial class WorkClaims(Log log, LogWriter writer, LiveState state, TimeProvider time, ILogger logger)
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
            if (await ReadLeaseAsync(delivery, fence) is { } lease)
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
                    return ReadPlan(delivery);
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

        return ReadActionsAsync(taken);
    }

    public Task<IReadOnlyList<ActionLease>> ClaimDueActionsAsync(int max)
    {
        List<TakenAction> taken;
        lock (state.Gate)
        {
            state.Refresh();
            taken = [.. state.Work.TakeDue(max).Select(Describe)];
        }

        return ReadActionsAsync(taken);
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

        var leases = await ReadActionsAsync([taken]);
        return leases.Count == 0 ? null : leases[0];
    }

    public IReadOnlyList<HeldAction> FindHeld(string key)
    {
        lock (state.Gate)
        {
            return [.. state.FindHeld(key).Select(place => new HeldAction(
                Origin(place.Delivery.Meta),
                place.Action,
                new DateTimeOffset(place.Progress.DueTicks, TimeSpan.Zero),
                place.Progress.Batch == default ? null : place.Progress.Batch.ToString("x32", CultureInfo.InvariantCulture))
            {
                IsRetried = place.Progress.Status == ActionStatus.Retrying,
            })];
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

            write = writer.Submit(AttemptFrame.Encode(place.Delivery.Sequence, place.Action, attempt, bookmark));
            place.Claim.Writing = write;
        }

        await write;
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
        new(place, place.Progress.Attempts, place.Progress.Interrupted, place.Claim.Fence);

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

    private async Task<DeliveryLease?> ReadLeaseAsync(DeliveryState delivery, long fence)
    {
        try
        {
            var frame = log.ReadMoving(() => delivery.Meta.Position)!.Value;
            return new DeliveryLease
            {
                Delivery = DeliveryFrame.Read(frame.Header, frame.Payload),
                Plan = delivery.Progress.IsPlanned ? ReadPlan(delivery) : null,
                Postponed = delivery.Progress.Postponed,
                Interrupted = delivery.Progress.IsPlanned ? 0 : delivery.Progress.Interrupted,
                IsSuspect = delivery.Progress.IsSuspect,
                Fence = fence,
            };
        }
        catch (InvalidDataException exception)
        {
            await GiveUpUnreadableAsync(delivery, exception);
            return null;
        }
    }

    private async Task<IReadOnlyList<ActionLease>> ReadActionsAsync(List<TakenAction> taken)
    {
        var leases = new List<ActionLease>(taken.Count);
        var plans = new Dictionary<DeliveryState, Plan?>();
        foreach (var (place, attempts, interrupted, fence) in taken)
        {
            if (!plans.TryGetValue(place.Delivery, out var plan))
            {
                plans.Add(place.Delivery, plan = await ReadPlanAsync(place.Delivery));
            }

            if (plan is not null)
            {
                leases.Add(new ActionLease { Action = plan.Actions[place.Action], Origin = Origin(place.Delivery.Meta), Attempts = attempts, Interrupted = interrupted, Fence = fence });
            }
        }

        return leases;
    }

    private static ActionOrigin Origin(DeliveryMeta meta) =>
        new(meta.Id, meta.Sequence, meta.Source, meta.Event, meta.Subject, new DateTimeOffset(meta.ReceivedTicks, TimeSpan.Zero));

    private Plan ReadPlan(DeliveryState delivery) => PlanFrame.Read(log.ReadMoving(() => delivery.PlanPosition)!.Value.Payload);

    private async Task<Plan?> ReadPlanAsync(DeliveryState delivery)
    {
        try
        {
            return ReadPlan(delivery);
        }
        catch (InvalidDataException exception)
        {
            await GiveUpUnreadableAsync(delivery, exception);
            return null;
        }
    }

    // What cannot be read can never be decided or done; holding on to it would hold its subject up for ever.
    private Task GiveUpUnreadableAsync(DeliveryState delivery, InvalidDataException exception)
    {
        LogUnreadable(delivery.Meta.Id, exception);
        return writer.Submit(ReasonFrame.GivenUp(delivery.Sequence, time.GetUtcNow(), exception.Message));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} cannot be read any more and is given up")]
    private partial void LogUnreadable(string deliveryId, Exception exception);

    // As it was under the gate.
    private readonly record struct TakenAction(ActionPlace Place, int Attempts, int Interrupted, long Fence);
}
