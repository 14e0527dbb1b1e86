using System.Text.Json;
using WebhookBot.Actions;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;
using WebhookBot.Telemetry;

namespace WebhookBot.Pipeline;

/// <summary>
/// What happens to one delivery: read it as an event, decide with the rules in force and the facts they ask for, save the plan, carry it
/// out. Deciding is pure and repeatable; the saved plan is the point of no return.
/// </summary>
internal sealed class DeliveryProcessor(
    EventReader events, EventMatcher matcher, Replays replays, IJournal journal, ActionRunner runner, PipelineTools tools)
{
    /// <summary>Works a delivery off as far as it can be now.</summary>
    public async Task ProcessAsync(DeliveryLease lease, CancellationToken cancellation)
    {
        using var kept = tools.Leases.Keep(lease);
        if (Quarantine.Refusal(lease.Interrupted) is { } refusal)
        {
            await GiveUpAsync(lease, refusal);
            return;
        }

        (Plan?, JsonElement) decided;
        using (await tools.Quarantine.EnterAsync(lease.Interrupted, cancellation))
        {
            // Only now: what waits here for its turn has no part in what ends the process meanwhile.
            if (!await journal.BeginDecidingAsync(lease, cancellation))
            {
                return;
            }

            decided = lease.Plan is null ? await DecideAsync(lease, cancellation) : (lease.Plan, DeliveryBody.Parse(lease.Delivery.Body));
        }

        if (decided is ({ } plan, var payload))
        {
            await ActAsync(lease, plan, payload, cancellation);
        }
    }

    /// <summary>Gives a delivery up before it is decided, and has that told.</summary>
    public async Task GiveUpAsync(DeliveryLease lease, string reason)
    {
        if (await journal.GiveUpAsync(lease, reason, CancellationToken.None))
        {
            await tools.DeadLetters.TellAsync(lease.Delivery, reason);
        }
    }

    private async Task<(Plan? Saved, JsonElement Payload)> DecideAsync(DeliveryLease lease, CancellationToken cancellation)
    {
        if (lease.Delivery.Replay is { } order)
        {
            return (await replays.MakeAsync(lease, order, cancellation), DeliveryBody.Parse(lease.Delivery.Body));
        }

        var e = events.Read(lease.Delivery);
        var matched = await matcher.MatchAsync(e, cancellation);
        if (tools.Postponement.Until(matched.Event, lease.Postponed) is var (until, reason))
        {
            await journal.PostponeAsync(lease, until, reason, cancellation);
            return default;
        }

        var saved = await tools.Plans.MakeAsync(lease, matched, cancellation);
        BotMetrics.Decided(e.Source, tools.Clock.GetUtcNow() - e.ReceivedAt);
        foreach (var match in matched.Result.Matches.Where(m => m.Truth == Truth.True))
        {
            tools.Counts.Matched(match.Rule.Name);
        }

        return (saved, e.Payload);
    }

    private async Task ActAsync(DeliveryLease lease, Plan plan, JsonElement payload, CancellationToken cancellation)
    {
        var done = new List<(PlannedAction, Attempt?)>();
        if (plan.Actions.Count > 0)
        {
            var actions = await journal.ClaimActionsAsync(lease, cancellation);
            using var kept = tools.Leases.Keep(actions);
            foreach (var action in actions)
            {
                // With a plan that was saved before, what was never recorded may have been begun.
                var how = new ActionTry(IsDue: false, MayHaveHappened: lease.Plan is not null || action.Attempts > 0 || action.IsInDoubt);
                done.Add((action.Action, await runner.RunAsync(action, payload, how, cancellation)));
            }
        }

        await journal.ReleaseAsync(lease, cancellation);
        BotMetrics.WorkedOff(lease.Delivery.Source, tools.Clock.GetUtcNow() - lease.Delivery.ReceivedAt);
        tools.Story.Tell(lease.Delivery, plan, done);
    }
}
