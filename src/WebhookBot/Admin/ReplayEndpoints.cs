using System.Text.Json.Nodes;
using WebhookBot.Journal;
using WebhookBot.Pipeline;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Admin;

/// <summary><c>/api/deliveries/{id}/replay</c> and <c>/api/deliveries/replay</c>: decides again, and does what was not done yet.</summary>
internal static class ReplayEndpoints
{
    private const int MostAtOnce = 10_000;
    private const int UsualAtOnce = 100;
    private const int MostNamed = 50;

    public static void MapReplays(this IEndpointRouteBuilder api)
    {
        api.MapPost("/deliveries/{id}/replay", ReplayAsync);
        api.MapPost("/deliveries/replay", ReplayManyAsync);
    }

    private static async Task<IResult> ReplayAsync(
        string id, HttpRequest request, IJournal journal, Replays replays, IRuleSetInForce rules, CancellationToken cancellation)
    {
        var body = await RequestJson.ReadAsync(request, ["dry_run", "rule", "with", "force"], cancellation);
        var (isDry, rule, with, force) = (body.Flag("dry_run"), body.Text("rule"), body.Text("with") ?? "rules", body.Texts("force"));
        if ((body.Problem ?? (with is "rules" or "plan" ? null : "'with' is rules or plan")) is { } problem)
        {
            return Results.Problem(statusCode: 400, title: "The request cannot be read", detail: problem);
        }

        if (await ReplayLine.FindAsync(journal, id, cancellation) is not { } line)
        {
            return Results.Problem(statusCode: 404, title: "There is no such delivery", detail: "it may be older than Journal:Retention");
        }

        var order = new ReplayOrder { Of = line.Origin, PlanOf = with == "plan" ? id : null, Rule = rule, Force = force };
        if (Refusal(line) is { } early || await replays.RehearseAsync(line, order, cancellation) is not { } decision)
        {
            return Results.Problem(statusCode: 409, title: "It cannot be replayed", detail: Refusal(line) ?? $"{id} has no plan");
        }

        if (Slip(order, decision, rules.Current) is { } slip)
        {
            return Results.Problem(statusCode: 400, title: "The request does not fit the delivery", detail: slip);
        }

        return isDry
            ? Results.Json(Describe(line, decision, rules.Current), ApiJson.Options)
            : Results.Json(new JsonObject { ["id"] = await replays.OrderAsync(order, id, cancellation) }, ApiJson.Options, statusCode: 202);
    }

    private static async Task<IResult> ReplayManyAsync(HttpRequest request, IJournal journal, Replays replays, CancellationToken cancellation)
    {
        var body = await RequestJson.ReadAsync(request, ["source", "event", "status", "since", "until", "limit", "dry_run"], cancellation);
        var query = new DeliveryQuery { Source = body.Text("source"), Event = body.Text("event"), Status = body.OneOf<DeliveryStatus>("status"), Since = body.Time("since") };
        var (until, limit, isDry) = (body.Time("until"), body.Number("limit", 1, MostAtOnce) ?? UsualAtOnce, body.Flag("dry_run"));
        if (body.Problem is { } problem)
        {
            return Results.Problem(statusCode: 400, title: "The request cannot be read", detail: problem);
        }

        var tally = new Tally();
        foreach (var id in await ChooseAsync(journal, query, until, limit, cancellation))
        {
            if (await ReplayLine.FindAsync(journal, id, cancellation) is not { } line || Refusal(line) is not null)
            {
                tally.Refused++;
            }
            else if (isDry)
            {
                tally.Add(id, await replays.RehearseAsync(line, new ReplayOrder { Of = line.Origin }, cancellation));
            }
            else if (await replays.OrderAsync(new ReplayOrder { Of = line.Origin }, id, cancellation) is { } replay)
            {
                tally.Add(replay, null);
            }
        }

        return Results.Json(tally.ToJson(isDry), ApiJson.Options, statusCode: isDry ? 200 : 202);
    }

    // The newest that pass, oldest of them first, so that events of one subject keep their order; each line once.
    private static async Task<IReadOnlyList<string>> ChooseAsync(IJournal journal, DeliveryQuery query, DateTimeOffset? until, int limit, CancellationToken cancellation)
    {
        var (ids, lines) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        await foreach (var record in journal.ReadLastAsync(query, int.MaxValue, cancellation))
        {
            var isWanted = until is null || record.Delivery.ReceivedAt < until;
            if (isWanted && lines.Add(record.Delivery.Replay?.Of ?? record.Delivery.Id))
            {
                ids.Add(record.Delivery.Id);
                if (ids.Count == limit)
                {
                    break;
                }
            }
        }

        ids.Reverse();
        return ids;
    }

    private static string? Refusal(ReplayLine line) =>
        line.Members[0] is { Plan: null, Status: not DeliveryStatus.Dead } ? "it is not decided yet, and will be by itself" : null;

    // A slip in a name would do nothing, or not what was meant, and say so to nobody.
    private static string? Slip(ReplayOrder order, ReplayDecision decision, RuleSet rules)
    {
        if (order.Rule is { } rule && decision.Plan.Rules.Count == 0 && decision.Plan.Actions.Count == 0)
        {
            var known = rules.Rules.Select(r => r.Name).ToList();
            return known.Contains(rule) ? $"the rule '{rule}' is not for this event" : $"there is no rule '{rule}'{Suggestion.For(rule, known)}";
        }

        // Facts that are still to be fetched may bring actions that nobody sees yet.
        var names = decision.Plan.Actions.SelectMany(a => new[] { a.Action, a.Step }).OfType<string>().Distinct();
        return decision.FactsWanted.Count > 0 || decision.ForcedInVain is not [var odd, ..] ? null
            : $"'force' names '{odd}', which is no action of the plan; there are: {string.Join(", ", names)}";
    }

    private static JsonObject Describe(ReplayLine line, ReplayDecision decision, RuleSet inForce)
    {
        var record = line.Members[0] with
        {
            Plan = decision.Plan,
            Problem = null,
            Actions = [.. decision.Plan.Actions.Select(a => new PlannedActionRecord { Action = a, Status = a.Omitted is null ? ActionStatus.Pending : ActionStatus.Skipped, Attempts = [] })],
        };
        var json = DeliveryJson.Of(record, inForce, decision.Event);
        json["status"] = null;
        json.Insert(0, "dry_run", true);
        return json;
    }

    private sealed class Tally
    {
        private readonly List<string> _ids = [];
        private int _actions;
        private int _omitted;

        public int Refused { get; set; }

        public void Add(string id, ReplayDecision? decision)
        {
            _ids.Add(id);
            _actions += decision?.Plan.Actions.Count(a => a.Omitted is null) ?? 0;
            _omitted += decision?.Plan.Actions.Count(a => a.Omitted is not null) ?? 0;
        }

        public JsonObject ToJson(bool isDry)
        {
            var json = new JsonObject { ["dry_run"] = isDry, ["deliveries"] = _ids.Count, ["refused"] = Refused };
            if (isDry)
            {
                (json["actions"], json["omitted"]) = (_actions, _omitted);
            }

            json["ids"] = new JsonArray([.. _ids.Take(MostNamed).Select(id => JsonValue.Create(id))]);
            return json;
        }
    }
}
