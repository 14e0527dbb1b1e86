using System.Text.Json.Nodes;
using WebhookBot.Admin;
using WebhookBot.Rules;
using WebhookBot.Rules.Backtesting;

namespace WebhookBot.Cli;

/// <summary>A backtest's report for programs: everything, with every delivery.</summary>
internal static class BacktestJson
{
    public static string Print(BacktestSubject subject, BacktestOutcome outcome)
    {
        var report = outcome.Report;
        return new JsonObject
        {
            ["server"] = subject.Server.GetLeftPart(UriPartial.Authority),
            ["old"] = Set(subject.OldPath, subject.Backtest.Before),
            ["new"] = Set(subject.NewPath, subject.Backtest.After),
            ["deliveries"] = report.Deliveries,
            ["first_received_at"] = report.Span is var (first, _) ? ApiJson.Time(first) : null,
            ["last_received_at"] = report.Span is var (_, last) ? ApiJson.Time(last) : null,
            ["incomplete"] = outcome.Incomplete,
            ["unreadable"] = outcome.Unreadable,
            ["first_unreadable"] = outcome.FirstUnreadable,
            ["changed"] = report.HasChanges,
            ["rules"] = Array(report.Changes, Change),
            ["undecided"] = Array(report.Undecided, Undecided),
            ["timing_not_simulated"] = Array(report.Timing, Timing),
            ["added_rules"] = Array(report.AddedRules, name => JsonValue.Create(name)),
            ["removed_rules"] = Array(report.RemovedRules, name => JsonValue.Create(name)),
        }.ToJsonString(ApiJson.Options) + "\n";
    }

    private static JsonObject Set(string path, RuleSet rules) => new() { ["path"] = path, ["hash"] = rules.Hash, ["rules"] = rules.Rules.Count };

    private static JsonObject Change(RuleChange change) => new()
    {
        ["rule"] = change.Rule,
        ["at"] = change.At,
        ["fired_old"] = change.FiredBefore,
        ["fired_new"] = change.FiredAfter,
        ["starts"] = Array(change.Starts, Delivery),
        ["stops"] = Array(change.Stops, Delivery),
        ["differs"] = Array(change.Differs, Delivery),
        ["actions"] = Array(change.Actions, Action),
    };

    private static JsonObject Action(ActionChange change) => new()
    {
        ["kind"] = ApiJson.Name(change.Example.Kind),
        ["action"] = change.Example.Action,
        ["argument"] = change.Example.Argument,
        ["deliveries"] = change.Deliveries,
        ["example"] = new JsonObject { ["delivery"] = change.On.Id, ["old"] = change.Example.Before, ["new"] = change.Example.After },
    };

    private static JsonObject Timing(TimingChange timing) => new()
    {
        ["rule"] = timing.Rule,
        ["at"] = timing.At,
        ["keys"] = Array(timing.Keys, key => JsonValue.Create(key)),
    };

    private static JsonObject Undecided(UndecidedChange undecided) => new()
    {
        ["rule"] = undecided.Rule,
        ["under"] = undecided.Side switch { RuleSetSide.Before => "old", RuleSetSide.After => "new", _ => "both" },
        ["what"] = undecided.Question.What,
        ["because"] = undecided.Question.Because,
        ["deliveries"] = Array(undecided.Deliveries, Delivery),
    };

    private static JsonObject Delivery(ComparedDelivery delivery) => new()
    {
        ["id"] = delivery.Id,
        ["event"] = delivery.Event,
        ["subject"] = delivery.Subject,
        ["received_at"] = ApiJson.Time(delivery.ReceivedAt),
    };

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> toJson) => new([.. items.Select(toJson)]);
}
