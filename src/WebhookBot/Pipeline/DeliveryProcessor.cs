using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Facts;
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
public sealed class DeliveryProcessor(
    EventReader events, IRuleSetInForce rules, FactCollector facts, IJournal journal, ActionRunner runner, PipelineTools tools)
{
    /// <summary>Works a delivery off as far as it can be now.</summary>
    public async Task ProcessAsync(DeliveryLease lease, CancellationToken cancellation)
    {
        using var kept = tools.Leases.Keep(lease);
        var e = events.Read(lease.Delivery);
        var plan = lease.Plan ?? await DecideAsync(lease, e, cancellation);
        if (plan is not null)
        {
            await ActAsync(lease, e, plan, cancellation);
        }
    }

    private async Task<Plan?> DecideAsync(DeliveryLease lease, WebhookEvent e, CancellationToken cancellation)
    {
        var set = rules.Current;
        var result = RuleMatcher.Match(set, e);
        while (result.FactsWanted.Count > 0)
        {
            var found = await facts.CollectAsync(e, result.FactsWanted, cancellation);
            e = e with { Facts = e.Facts.Concat(found).ToDictionary(StringComparer.Ordinal) };
            result = RuleMatcher.Match(set, e);
        }

        if (tools.PutOffUntil(e, lease.Postponed) is var (until, reason))
        {
            await journal.PostponeAsync(lease, until, reason, cancellation);
            return null;
        }

        var saved = await journal.SavePlanAsync(lease, Planner.Plan(set, result), cancellation);
        BotMetrics.Decided(e.Source, tools.Clock.GetUtcNow() - e.ReceivedAt);
        foreach (var match in result.Matches.Where(m => m.Truth == Truth.True))
        {
            tools.Counts.Matched(match.Rule.Name);
        }

        return saved;
    }

    private async Task ActAsync(DeliveryLease lease, WebhookEvent e, Plan plan, CancellationToken cancellation)
    {
        var done = new List<(PlannedAction, Attempt?)>();
        if (plan.Actions.Count > 0)
        {
            var actions = await journal.ClaimActionsAsync(lease, cancellation);
            using var kept = tools.Leases.Keep(actions);
            foreach (var action in actions)
            {
                done.Add((action.Action, await runner.RunAsync(action, e.Payload, cancellation)));
            }
        }

        await journal.ReleaseAsync(lease, cancellation);
        tools.Story.Tell(lease.Delivery, plan, done);
    }
}

/// <summary>What is needed beside the stages: the clock, how long to put off, the leases, the story on the console, and the counts.</summary>
public sealed class PipelineTools(
    TimeProvider clock, Random random, IOptions<PipelineOptions> options, LeaseKeeper leases, DeliveryStory story, RuleCounts counts)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public TimeProvider Clock => clock;

    public LeaseKeeper Leases => leases;

    public DeliveryStory Story => story;

    public RuleCounts Counts => counts;

    /// <summary>
    /// Until when deciding is put off, and why: when a fact could not be had now but may be later. Null when it is not to be put off, or
    /// was often enough. A fact that is truncated is no reason: asking again gives the same.
    /// </summary>
    public (DateTimeOffset Until, string Reason)? PutOffUntil(WebhookEvent e, int postponed)
    {
        var missing = e.Facts.Where(f => f.Value.MayBeRetried).Select(f => $"facts.{f.Key}: {f.Value.Problem}").ToList();
        if (missing.Count == 0 || postponed >= options.Value.MostPostponed)
        {
            return null;
        }

        var policy = new RetryPolicy(options.Value.MostPostponed, options.Value.PostponeBase, LongestWait);
        return (clock.GetUtcNow() + policy.DelayAfter(postponed + 1, random.NextDouble()), string.Join("; ", missing));
    }
}
