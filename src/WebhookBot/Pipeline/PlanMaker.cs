using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>Makes the plan of a result and saves it, together with what it does to plans that wait: those the event calls off.</summary>
public sealed class PlanMaker(IJournal journal, ITargetTraffic traffic, ActionStory story, TimeProvider clock)
{
    /// <summary>By these words it is known that an event made it pointless.</summary>
    public const string CalledOff = "called off by";

    private readonly SharedKeys _shared = new();

    /// <summary>The saved plan, which is an earlier one if there was one; null when the lease has run out.</summary>
    public async Task<Plan?> MakeAsync(DeliveryLease lease, MatchedEvent matched, CancellationToken cancellation)
    {
        var (rules, e, result) = matched;
        var needs = Planner.Needs(result);
        using (await _shared.EnterAsync(needs.Shared, cancellation))
        {
            var state = await JournalState.ReadAsync(journal, needs, clock.GetUtcNow(), cancellation);
            var calledOff = await CallOffAsync(e, cancellation);
            var plan = Planner.Plan(rules, result, state);
            return await journal.SavePlanAsync(lease, plan with { Note = Join(calledOff.Prepend(plan.Note)) }, cancellation);
        }
    }

    private static string? Join(IEnumerable<string?> notes) => string.Join("; ", notes.OfType<string>()) is { Length: > 0 } text ? text : null;

    // Before the plan is saved: after a crash in between the delivery is decided again, and finds nothing left to call off. What was, in words.
    private async Task<IReadOnlyList<string>> CallOffAsync(WebhookEvent e, CancellationToken cancellation)
    {
        if (e.Subject is null)
        {
            return [];
        }

        var calledOff = new List<string>();

        // What was due before the event came had its time, whether or not it was done since.
        var held = await journal.FindHeldAsync(Hold.WaitingFor(e.Subject), cancellation);
        foreach (var one in held.Where(h => h.Due > e.ReceivedAt && h.Origin.DeliveryId != e.DeliveryId))
        {
            var waiting = await journal.FindAsync(one.Origin.DeliveryId, cancellation);
            if (waiting?.Actions[one.Index].Action is not { } action || waiting.HasBegun(action))
            {
                continue;
            }

            if (action.Hold?.IsCalledOffBy(e) == true
                && await journal.ClaimHeldAsync(one, cancellation) is { } claimed)
            {
                var attempt = new Attempt(clock.GetUtcNow(), ActionStatus.Skipped, $"{CalledOff} {e.Name} (delivery {e.DeliveryId})");
                if (await journal.RecordAttemptAsync(claimed, attempt, null, CancellationToken.None))
                {
                    traffic.Forget(claimed.Id);
                    calledOff.Add($"called off: {action.Action} of {action.Rule} (delivery {one.Origin.DeliveryId})");
                    story.Tell(one.Origin, action, attempt);
                }
            }
        }

        return calledOff;
    }
}
