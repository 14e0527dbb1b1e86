using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>What a replay is to do.</summary>
/// <param name="Plan">The plan; what was done already is in it and marked as left out.</param>
/// <param name="Event">The event with the facts that were used.</param>
/// <param name="TakenOver">The dead letters of the line that the plan tries in their stead: the delivery and the place in its plan.</param>
/// <param name="FactsWanted">Facts that were not fetched and without which something is undecided.</param>
/// <param name="ForcedInVain">What is to be forced and is in no plan.</param>
internal sealed record ReplayDecision(
    Plan Plan, WebhookEvent Event, IReadOnlyList<(DeliveryRecord Of, int Action)> TakenOver, IReadOnlySet<string> FactsWanted, IReadOnlyList<string> ForcedInVain);

/// <summary>
/// Decides what a replay does: with the rules in force or the recorded plan, as of the time when the delivery came in, with the facts that
/// were recorded then. What is limited in number is not counted: a person asks for it.
/// </summary>
internal sealed class ReplayPlanner(EventReader events, EventMatcher matcher, TimeProvider clock)
{
    /// <summary>The decision; null when the recorded plan that is asked for is not there.</summary>
    /// <param name="line">What was done before.</param>
    /// <param name="order">What is asked for.</param>
    /// <param name="id">The replay's own id.</param>
    /// <param name="isDry">Whether facts that were not recorded are left unknown instead of fetched.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<ReplayDecision?> DecideAsync(ReplayLine line, ReplayOrder order, string id, bool isDry, CancellationToken cancellation)
    {
        var first = line.Members[0];
        var e = events.Read(first.Delivery) with { DeliveryId = line.Origin, Facts = FactsOf(first.Plan) };
        IReadOnlySet<string> wanted = new HashSet<string>();
        Plan plan;
        if (order.PlanOf is not null)
        {
            if (line.Members.FirstOrDefault(m => m.Delivery.Id == order.PlanOf)?.Plan is not { } recorded)
            {
                return null;
            }

            plan = recorded;
        }
        else
        {
            var matched = isDry ? matcher.MatchAsItIs(e) : await matcher.MatchAsync(e, cancellation);
            plan = Planner.Plan(matched.Rules, matched.Result, new NothingBefore(clock.GetUtcNow()));
            (e, wanted) = (matched.Event, matched.Result.FactsWanted);
        }

        var before = line.Members.Where(m => m.Delivery.Id != id).ToList();
        var planned = plan.Actions.Where(a => !a.IsNotice && IsWanted(a.Rule, order)).ToList();
        var (actions, takenOver) = new DoneBefore(before, order.Force, id).Sort(planned);
        var replay = plan with
        {
            Rules = [.. plan.Rules.Where(r => IsWanted(r.Rule, order))],
            Actions = actions,
            Marks = [],
            Note = NoteOf(line, order, wanted),
        };
        var inVain = order.Force.Where(name => !planned.Any(a => DoneBefore.IsNamed(a, name))).ToList();
        return new ReplayDecision(replay, e, takenOver, wanted, inVain);
    }

    private static bool IsWanted(string rule, ReplayOrder order) => order.Rule is null || order.Rule == rule;

    // One that could not be had then may be had now.
    private static Dictionary<string, FactValue> FactsOf(Plan? plan) =>
        (RecordedFacts.Read(plan?.Facts) ?? new Dictionary<string, FactValue>()).Where(f => f.Value.Problem is null).ToDictionary(StringComparer.Ordinal);

    private static string NoteOf(ReplayLine line, ReplayOrder order, IReadOnlySet<string> wanted)
    {
        var how = order.PlanOf is null ? "with the rules in force" : $"with the plan recorded in {order.PlanOf}";
        var missing = wanted.Count == 0 ? "" : $"; not recorded, and fetched only when it is done: {string.Join(", ", wanted.Select(f => $"facts.{f}"))}";
        return $"a replay of {line.Origin} {how}{missing}";
    }
}
