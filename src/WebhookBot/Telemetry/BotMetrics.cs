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
    private static readonly Histogram<double> Deciding = Seconds("webhookbot.deciding.duration", "Time from a delivery's arrival to its saved plan");
    private static readonly Histogram<double> Acting = Seconds("webhookbot.actions.duration", "Time of one attempt, by action");

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

    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600] });

    /// <summary>Watches numbers that are read when they are asked for, each with its label.</summary>
    public static void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) => Meter.CreateObservableGauge(name, read, description: description);

    /// <summary>Watches a number that is read when it is asked for.</summary>
    public static void Gauge(string name, string description, Func<long> read) => Meter.CreateObservableGauge(name, read, description: description);
}
