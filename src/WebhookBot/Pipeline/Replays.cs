using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>
/// Replays of deliveries. Each is a delivery of its own that holds a copy and the order, written down before anything is done; so the first
/// plan and its attempts stay as they are, and a crash loses no replay and makes no second one.
/// </summary>
internal sealed class Replays(IJournal journal, ReplayPlanner planner, PipelineTools tools)
{
    private const int MostTries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly KeyedLock _lines = new();

    /// <summary>What a replay would do, as far as that can be told without asking anybody. Null when the plan asked for is not there.</summary>
    public Task<ReplayDecision?> RehearseAsync(ReplayLine line, ReplayOrder order, CancellationToken cancellation) =>
        planner.DecideAsync(line, order, line.NextId, isDry: true, cancellation);

    /// <summary>Writes a replay down. Its id; it is worked off like any delivery. Null when there is nothing of that id any more.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be written now.</exception>
    public async Task<string?> OrderAsync(ReplayOrder order, string named, CancellationToken cancellation)
    {
        using (await _lines.EnterAsync(order.Of, cancellation))
        {
            if (await ReplayLine.FindAsync(journal, named, cancellation) is not { } line)
            {
                return null;
            }

            await journal.KeepAsync(line.Mark, CancellationToken.None);
            var copied = line.Members[0].Delivery;
            var draft = new DeliveryDraft
            {
                Source = copied.Source,
                SenderId = line.NextId,
                Event = copied.Event,
                Subject = copied.Subject,
                ReceivedAt = tools.Clock.GetUtcNow(),
                Headers = [.. copied.Headers.Where(h => h.Key != ReplayOrder.HeaderName), order.ToHeader()],
                Body = copied.Body,
            };
            return (await journal.AppendAsync(draft, CancellationToken.None)).Id;
        }
    }

    /// <summary>The saved plan of a replay; null when it was put off or given up, or the lease has run out.</summary>
    public async Task<Plan?> MakeAsync(DeliveryLease lease, ReplayOrder order, CancellationToken cancellation)
    {
        // Two replays of one delivery that have no subject are decided one after the other, so that the second sees what the first is about to do.
        using (await _lines.EnterAsync(order.Of, cancellation))
        {
            for (var tries = 0; tries < MostTries; tries++)
            {
                if (await DecideAsync(lease, order, cancellation) is not { } decision)
                {
                    return null;
                }

                if (await TakeOverAsync(decision, lease.Delivery.Id, cancellation))
                {
                    return await journal.SavePlanAsync(lease, decision.Plan, cancellation);
                }
            }

            await journal.PostponeAsync(lease, tools.Clock.GetUtcNow() + Pause, "its dead letters are just being decided by somebody else", cancellation);
            return null;
        }
    }

    private async Task<ReplayDecision?> DecideAsync(DeliveryLease lease, ReplayOrder order, CancellationToken cancellation)
    {
        var id = lease.Delivery.Id;
        var line = await ReplayLine.FindAsync(journal, id, cancellation);
        if (line is null || await planner.DecideAsync(line, order, id, isDry: false, cancellation) is not { } decision)
        {
            await journal.GiveUpAsync(lease, $"the plan recorded in {order.PlanOf} is gone", cancellation);
            return null;
        }

        if (order.PlanOf is null && tools.Postponement.Until(decision.Event, lease.Postponed) is var (until, reason))
        {
            await journal.PostponeAsync(lease, until, reason, cancellation);
            return null;
        }

        return decision;
    }

    // Before the plan is saved: after a crash in between the replay is decided again, and what was closed is not done yet all the same. False when
    // somebody has had a dead letter tried again meanwhile: then that one does it, and what is left is decided anew.
    private async Task<bool> TakeOverAsync(ReplayDecision decision, string id, CancellationToken cancellation)
    {
        foreach (var (of, action) in decision.TakenOver)
        {
            var closed = new Attempt(tools.Clock.GetUtcNow(), ActionStatus.Skipped, $"taken over by the replay {id}");
            if (!await journal.DecideDeadAsync(of.Delivery.Sequence, action, closed, cancellation))
            {
                return false;
            }
        }

        return true;
    }
}
