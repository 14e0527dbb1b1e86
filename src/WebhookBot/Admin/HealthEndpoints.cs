using System.Text.Json.Nodes;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.RuleFiles;

namespace WebhookBot.Admin;

/// <summary><c>/healthz</c>: alive. <c>/readyz</c>: able to take and to work off deliveries, and what is amiss if anything.</summary>
internal static class HealthEndpoints
{
    // Some load balancers ask for the head alone.
    private static readonly string[] Reading = ["GET", "HEAD"];

    public static void MapHealth(this WebApplication app)
    {
        var masked = app.Services.GetRequiredService<MaskedAnswers>();
        app.MapMethods("/healthz", Reading, () => Results.Json(new JsonObject { ["status"] = "alive" }, ApiJson.Options));
        app.MapMethods("/readyz", Reading, Ready).AddEndpointFilter(masked);
    }

    private static IResult Ready(IJournal journal, RuleSetProvider rules, ITargetTraffic traffic, IHostApplicationLifetime lifetime)
    {
        var health = journal.Health;
        var problems = Problems(health, lifetime).ToList();

        // The last good rule set decides meanwhile, and lists fill up again, so these are told but take nothing out of service.
        var codes = problems.Select(p => p.Code)
            .Concat(rules.Status.Problem is null ? [] : ["rules"])
            .Concat(health.IndexNote is null ? [] : ["index"]);

        // A target that does not work keeps no delivery from being taken, so it is told as well.
        var down = traffic.Reports().Where(r => r.State == "open").Select(r => JsonValue.Create($"{r.Name} does not work: {r.Reason}; {r.Waiting} actions wait for it"));
        return Results.Json(
            new JsonObject
            {
                ["status"] = problems.Count == 0 ? "ready" : "not ready",
                ["codes"] = new JsonArray([.. codes.Select(code => JsonValue.Create(code))]),
                ["problems"] = new JsonArray([.. problems.Select(p => JsonValue.Create(p.Text))]),
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

    private static IEnumerable<(string Code, string Text)> Problems(JournalHealth health, IHostApplicationLifetime lifetime)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            yield return ("draining", "the process is stopping");
        }
        else if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            yield return ("starting", "the process is starting");
        }

        if (health.Problem is { } problem)
        {
            yield return (problem.Code, $"journal: {problem.Text}");
        }
    }
}
