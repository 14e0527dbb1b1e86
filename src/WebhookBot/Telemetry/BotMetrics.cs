using System.Diagnostics.Metrics;

namespace WebhookBot.Telemetry;

/// <summary>
/// The bot's measurements, under the meter <c>WebhookBot</c>. Label values are names out of the rule files, statuses and outcomes: a sender
/// cannot make new ones.
/// </summary>
public static class BotMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "WebhookBot";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("webhookbot.intake.requests", description: "Requests to /hooks, by source and HTTP status");
    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>("webhookbot.deliveries.decided", description: "Deliveries decided, by source");
    private static readonly Counter<long> RuleMatches = Meter.CreateCounter<long>("webhookbot.rules.matched", description: "Matches, by rule");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("webhookbot.actions.attempts", description: "Attempts of actions, by action and outcome");
    private static readonly Histogram<double> Deciding = Meter.CreateHistogram<double>("webhookbot.deciding.duration", "s", "Time from a delivery's arrival to its saved plan");
    private static readonly Histogram<double> Acting = Meter.CreateHistogram<double>("webhookbot.actions.duration", "s", "Time of one attempt, by action");

    public static void Received(string source, int status) => Requests.Add(1, new("source", source), new("status", status));

    public static void Decided(string source, TimeSpan sinceArrival)
    {
        Decisions.Add(1, new KeyValuePair<string, object?>("source", source));
        Deciding.Record(Math.Max(0, sinceArrival.TotalSeconds), new KeyValuePair<string, object?>("source", source));
    }

    public static void Matched(string rule) => RuleMatches.Add(1, new KeyValuePair<string, object?>("rule", rule));

    public static void Attempted(string action, string outcome, TimeSpan took)
    {
        Attempts.Add(1, new("action", action), new("outcome", outcome));
        Acting.Record(took.TotalSeconds, new KeyValuePair<string, object?>("action", action));
    }

    /// <summary>Watches a number that is read when it is asked for.</summary>
    public static void Gauge(string name, string description, Func<long> read) => Meter.CreateObservableGauge(name, read, description: description);
}
