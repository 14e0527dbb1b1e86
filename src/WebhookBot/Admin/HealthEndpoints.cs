using System.Text.Json.Nodes;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.RuleFiles;

namespace WebhookBot.Admin;

/// <summary><c>/healthz</c>: alive. <c>/readyz</c>: able to take and to work off deliveries, and what is amiss if anything.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Json(new JsonObject { ["status"] = "alive" }, ApiJson.Options));
        app.MapGet("/readyz", Ready);
    }

    private static IResult Ready(IJournal journal, RuleSetProvider rules, ITargetTraffic traffic, IHostApplicationLifetime lifetime)
    {
        var health = journal.Health;
        var problems = new List<string>();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            problems.Add("the process is stopping");
        }

        if (health.Problem is not null)
        {
            problems.Add($"journal: {health.Problem}");
        }

        // A target that does not work keeps no delivery from being taken, so it is told as well.
        var down = traffic.Reports().Where(r => r.State == "open").Select(r => JsonValue.Create($"{r.Name} does not work: {r.Reason}; {r.Waiting} actions wait for it"));

        // The last good rule set decides meanwhile, so a bad reload is told but takes nothing out of service.
        return Results.Json(
            new JsonObject
            {
                ["status"] = problems.Count == 0 ? "ready" : "not ready",
                ["problems"] = new JsonArray([.. problems.Select(p => JsonValue.Create(p))]),
                ["rules"] = rules.Status.Problem ?? $"rule set {rules.Current.Hash} is in force",
                ["targets"] = new JsonArray([.. down]),
                ["index"] = health.IndexNote,
                ["unfinished"] = health.Unfinished,
                ["retrying"] = health.Retrying,
                ["index_lag"] = health.IndexLag,
            },
            ApiJson.Options,
            statusCode: problems.Count == 0 ? 200 : 503);
    }
}
