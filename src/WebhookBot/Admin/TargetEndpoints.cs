using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using WebhookBot.Actions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Telemetry;

namespace WebhookBot.Admin;

/// <summary><c>/api/targets</c>, and the measurements of it: what actions call that is not called at will now.</summary>
internal static class TargetEndpoints
{
    private static readonly string[] Kinds = ["slack", "github", "http"];
    private static readonly string[] States = ["open", "limited", "paced"];

    public static void MapTargets(this RouteGroupBuilder api) =>
        api.MapGet("/targets", (ITargetTraffic traffic) => Results.Json(new JsonObject { ["items"] = new JsonArray([.. traffic.Reports().Select(Write)]) }, ApiJson.Options));

    // Names of targets may come out of payloads, so measurements have only the kinds.
    public static void Measure(ITargetTraffic traffic)
    {
        BotMetrics.Gauge("webhookbot.targets", "Targets that are not called at will, by kind and state", () => Count(traffic, _ => 1));
        BotMetrics.Gauge("webhookbot.targets.waiting", "Actions that wait for such a target, by its kind and state", () => Count(traffic, report => report.Waiting));
    }

    private static List<Measurement<long>> Count(ITargetTraffic traffic, Func<TargetReport, long> number)
    {
        var reports = traffic.Reports();
        return [.. from kind in Kinds
                   from state in States
                   let sum = reports.Where(r => r.Kind == kind && r.State == state).Sum(number)
                   select new Measurement<long>(sum, new("kind", kind), new KeyValuePair<string, object?>("state", state))];
    }

    private static JsonNode Write(TargetReport report) => new JsonObject
    {
        ["kind"] = report.Kind,
        ["name"] = report.Name,
        ["state"] = report.State,
        ["since"] = report.Since is { } since ? Timestamps.ToText(since) : null,
        ["reason"] = report.Reason,
        ["waiting"] = report.Waiting,
    };
}
