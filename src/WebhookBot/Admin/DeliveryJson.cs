using System.Text.Json.Nodes;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Admin;

/// <summary>A delivery as JSON: what <c>/api/deliveries/{id}</c> answers, and what <c>explain</c> writes and reads.</summary>
internal static class DeliveryJson
{
    /// <summary>The whole delivery.</summary>
    /// <param name="record">The delivery and what came of it.</param>
    /// <param name="inForce">The rule set in force, which is not always the one that decided.</param>
    /// <param name="e">The event; null when the body cannot be read.</param>
    /// <param name="replays">The ids of its replays.</param>
    public static JsonObject Of(DeliveryRecord record, RuleSet inForce, WebhookEvent? e, IEnumerable<string>? replays = null) => new()
    {
        ["id"] = record.Delivery.Id,
        ["source"] = record.Delivery.Source,
        ["event"] = record.Delivery.Event,
        ["subject"] = record.Delivery.Subject,
        ["received_at"] = ApiJson.Time(record.Delivery.ReceivedAt),
        ["status"] = ApiJson.Name(record.Status),
        ["duplicates"] = record.Duplicates,
        ["problem"] = record.Problem,
        ["replay_of"] = record.Delivery.Replay?.Of,
        ["replays"] = new JsonArray([.. (replays ?? []).Select(id => JsonValue.Create(id))]),
        ["headers"] = new JsonObject(record.Delivery.Headers.Where(h => h.Key != ReplayOrder.HeaderName).DistinctBy(h => h.Key).Select(h => new KeyValuePair<string, JsonNode?>(h.Key, h.Value))),
        ["payload"] = e is null ? null : ApiJson.Node(e.Payload),
        ["rule_set"] = record.Plan?.RuleSet,
        ["rule_set_in_force"] = inForce.Hash,
        ["facts"] = record.Plan?.Facts is { } facts ? ApiJson.Node(facts) : null,
        ["note"] = record.Plan?.Note,
        ["rules"] = new JsonArray([.. (record.Plan?.Rules ?? []).Select(r => Rule(r, Ran(r, record.Plan!)))]),
        ["not_looked_at"] = e is null || record.Plan?.RuleSet != inForce.Hash ? null : new JsonArray([.. RulePassedOver.Of(inForce, e).Select(PassedOver)]),
        ["actions"] = new JsonArray([.. record.Actions.Select(Action)]),
    };

    /// <summary>An entry of <c>rules</c>, read back.</summary>
    public static RuleExplanation ReadRule(JsonNode rule) => new()
    {
        Rule = (string?)rule["rule"] ?? "",
        Matched = (bool?)rule["matched"] is { } matched ? matched.ToTruth() : Truth.Unknown,
        Explanation = ReadExplanation(rule["explanation"]),
        Note = (string?)rule["note"],
        Steps = rule["steps"] is JsonArray steps ? [.. steps.Select(ReadStep)] : [],
    };

    private static StepExplanation ReadStep(JsonNode? step)
    {
        var explanation = ReadExplanation(step?["explanation"]);
        return new StepExplanation((string?)step?["step"] ?? "", explanation.Result, explanation);
    }

    private static Explanation ReadExplanation(JsonNode? explanation) => new()
    {
        Condition = (string?)explanation?["condition"] ?? "",
        Result = (string?)explanation?["result"] switch { "true" => Truth.True, "false" => Truth.False, _ => Truth.Unknown },
        Seen = (string?)explanation?["seen"],
        Because = (string?)explanation?["because"],
        At = (string?)explanation?["at"],
        Parts = explanation?["parts"] is JsonArray parts ? [.. parts.Select(ReadExplanation)] : [],
    };

    // Null when nothing of the rule was planned.
    private static string? Ran(RuleExplanation rule, Plan plan) =>
        plan.Actions.Any(a => a.Rule == rule.Rule && !a.IsNotice) ? rule.Matched == Truth.True ? "then" : "else" : null;

    private static JsonObject Rule(RuleExplanation rule, string? ran) => new()
    {
        ["rule"] = rule.Rule,
        ["matched"] = Matched(rule.Matched),
        ["ran"] = ran,
        ["explanation"] = Explain(rule.Explanation),
        ["note"] = rule.Note,
        ["steps"] = new JsonArray([.. rule.Steps.Select(s => new JsonObject { ["step"] = s.Step, ["done"] = Matched(s.Done), ["explanation"] = Explain(s.Explanation) })]),
    };

    private static JsonObject Explain(Explanation explanation) => new()
    {
        ["condition"] = explanation.Condition,
        ["result"] = explanation.Result.ToString().ToLowerInvariant(),
        ["seen"] = explanation.Seen,
        ["because"] = explanation.Because,
        ["at"] = explanation.At,
        ["parts"] = new JsonArray([.. explanation.Parts.Select(Explain)]),
    };

    private static JsonObject PassedOver(RulePassedOver rule) => new()
    {
        ["rule"] = rule.Rule,
        ["why"] = rule.Why,
        ["at"] = rule.At.ToString(),
    };

    private static JsonValue? Matched(Truth truth) => truth == Truth.Unknown ? null : JsonValue.Create(truth == Truth.True);

    /// <summary>An entry of <c>actions</c>.</summary>
    public static JsonObject Action(PlannedActionRecord record) => new()
    {
        ["key"] = record.Action.Key,
        ["rule"] = record.Action.Rule,
        ["action"] = record.Action.Action,
        ["step"] = record.Action.Step,
        ["not_before"] = record.Action.NotBefore is { } due ? ApiJson.Time(due) : null,
        ["arguments"] = ApiJson.Node(record.Action.Arguments),
        ["problem"] = record.Action.Problem,
        ["omitted"] = record.Action.Omitted,
        ["status"] = ApiJson.Name(record.Status),
        ["attempts"] = new JsonArray([.. record.Attempts.Select(Attempt)]),
    };

    private static JsonObject Attempt(Attempt attempt) => new()
    {
        ["at"] = ApiJson.Time(attempt.At),
        ["outcome"] = ApiJson.Name(attempt.Status),
        ["detail"] = attempt.Detail,
        ["next_at"] = attempt.NextAt is { } next ? ApiJson.Time(next) : null,
    };
}
