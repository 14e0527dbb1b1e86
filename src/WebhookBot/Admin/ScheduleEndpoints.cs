using System.Text.Json.Nodes;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Schedules;

namespace WebhookBot.Admin;

/// <summary><c>/api/schedules</c>: the rules that fire by themselves, when they did last and when they will next.</summary>
internal static class ScheduleEndpoints
{
    public static void MapSchedules(this IEndpointRouteBuilder api) =>
        api.MapGet("/schedules", async (IRuleSetInForce rules, IJournal journal, TimeProvider clock, CancellationToken cancellation) =>
        {
            var items = new JsonArray();
            foreach (var rule in rules.Current.Rules.Where(r => r.Schedule is not null))
            {
                items.Add(Describe(rule, await ScheduleMemory.RecallAsync(journal, rule, cancellation), clock.GetUtcNow()));
            }

            return Results.Json(new JsonObject { ["items"] = items }, ApiJson.Options);
        });

    private static JsonObject Describe(Rule rule, DateTimeOffset? last, DateTimeOffset now)
    {
        var isOver = rule.Mode == RuleMode.Off || rule.IsExpiredAt(now);
        return new JsonObject
        {
            ["rule"] = rule.Name,
            ["schedule"] = rule.Schedule!.Cron,
            ["zone"] = rule.Schedule.Zone.Id,
            ["since"] = last is { } time ? ApiJson.Time(time) : null,
            ["next"] = !isOver && rule.Schedule.Next(last ?? now) is { } next ? ApiJson.Time(next) : null,
        };
    }
}
