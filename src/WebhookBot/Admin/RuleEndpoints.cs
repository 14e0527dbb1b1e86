using System.Text.Json.Nodes;
using WebhookBot.RuleFiles;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Telemetry;

namespace WebhookBot.Admin;

/// <summary><c>/api/rules</c>: what is in force, from where, and what is wrong with the files that are not.</summary>
internal static class RuleEndpoints
{
    public static void MapRules(this IEndpointRouteBuilder api)
    {
        api.MapGet("/rules", (RuleSetProvider rules, RuleCounts counts) => Results.Json(Describe(rules.Status, counts), ApiJson.Options));
        api.MapGet("/rules/{id}", (string id, RuleSetProvider rules, RuleCounts counts) =>
            rules.Current.Rules.FirstOrDefault(r => r.Name == id) is { } rule
                ? Results.Json(Describe(rule, counts), ApiJson.Options)
                : Results.Problem(statusCode: 404, title: "There is no such rule", detail: Suggestion.For(id, rules.Current.Rules.Select(r => r.Name)).TrimStart(';', ' ')));
    }

    private static JsonObject Describe(RuleSetStatus status, RuleCounts counts) => new()
    {
        ["problem"] = status.Problem,
        ["hash"] = status.RuleSet.Hash,
        ["loaded_at"] = status.LoadedAt is { } at ? ApiJson.Time(at) : null,
        ["files"] = new JsonArray([.. status.RuleSet.Files.Select(f => JsonValue.Create(f))]),
        ["sources"] = new JsonArray([.. status.RuleSet.Sources.Select(s => JsonValue.Create(s.Name))]),
        ["rules"] = new JsonArray([.. status.RuleSet.Rules.Select(r => Describe(r, counts))]),
        ["diagnostics"] = new JsonArray([.. status.FailedReload.Select(Describe)]),
    };

    private static JsonObject Describe(Rule rule, RuleCounts counts) => new()
    {
        ["rule"] = rule.Name,
        ["description"] = rule.Description,
        ["at"] = rule.Position.ToString(),
        ["matched"] = counts.Of(rule.Name),
        ["mode"] = ApiJson.Name(rule.Mode),
        ["on"] = new JsonArray([.. rule.Triggers.Select(t => JsonValue.Create(t.Pattern))]),
        ["then"] = new JsonArray([.. rule.Then.Select(s => JsonValue.Create(s.Action))]),
        ["else"] = new JsonArray([.. rule.Else.Select(s => JsonValue.Create(s.Action))]),
    };

    /// <summary>A diagnostic as the API and <c>check --format json</c> give it.</summary>
    public static JsonObject Describe(Diagnostic diagnostic) => new()
    {
        ["file"] = diagnostic.Position.File,
        ["line"] = diagnostic.Position.Line,
        ["column"] = diagnostic.Position.Column,
        ["severity"] = ApiJson.Name(diagnostic.Severity),
        ["code"] = diagnostic.Code,
        ["message"] = diagnostic.Message,
    };
}
