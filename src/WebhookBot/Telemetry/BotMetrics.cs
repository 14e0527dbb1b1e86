using System.Diagnostics.Metrics;

namespace WebhookBot.Telemetry;

/// <summary>
/// The bot's measurements, under the meter <c>WebhookBot</c>. Label values are names out of the rule files, hosts, statuses and outcomes, and
/// of each a bounded number: a sender cannot make the page grow.
/// </summary>
public static class BotMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "WebhookBot";

    private static readonly BoundedLabel Sources = new(200);
    private static readonly BoundedLabel Rules = new(1000);
    private static readonly BoundedLabel Actions = new(50);
    private static readonly BoundedLabel Targets = new(100);

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Requests = Count("webhookbot.intake.requests", "Requests to /hooks, by source and HTTP status");
    private static readonly Counter<long> Decisions = Count("webhookbot.deliveries.decided", "Deliveries decided, by source");
    private static readonly Counter<long> RuleMatches = Count("webhookbot.rules.matched", "Matches, by rule");
    private static readonly Counter<long> Attempts = Count("webhookbot.actions.attempts", "Attempts of actions, by action and outcome");
    private static readonly Counter<long> Calls = Count("webhookbot.targets.attempts", "Attempts of actions, by what they call and outcome");
    private static readonly Counter<long> Deaths = Count("webhookbot.dead_letters", "Actions whose attempts are used up, by rule");
    private static readonly Counter<long> LeftOut = Count("webhookbot.log.left_out", "Lines of the log that were left out because many were alike");
    private static readonly UpDownCounter<long> InFlight = Meter.CreateUpDownCounter<long>("webhookbot.intake.in_flight", description: "Requests to /hooks that have no answer yet");
    private static readonly Counter<long> Connections = Count("webhookbot.connections.ended", "Connections that were ended as all were taken: idle ones for others, or new ones turned away, by reason");
    private static readonly Histogram<double> Answering = Seconds("webhookbot.intake.duration", "Time from a request's headers to its answer, by source");
    private static readonly Counter<long> MissedDeliveries = Count("webhookbot.missed.deliveries", "Deliveries that never arrived, by source and outcome: asked for or fetched from the sender's log, refused for now, or lost");
    private static readonly Counter<long> Sweeps = Count("webhookbot.missed.sweeps", "Looks into senders' delivery logs, by log and whether they were completed");
    private static readonly Histogram<double> Deciding = Seconds("webhookbot.deciding.duration", "Time from a delivery's arrival to its saved plan");
    private static readonly Histogram<double> Working = Seconds("webhookbot.deliveries.duration", "Time from a delivery's arrival until each of its actions was tried, by source");
    private static readonly Histogram<double> Effecting = Seconds("webhookbot.rules.duration", "Time from a delivery's arrival until an action that a rule asked for succeeded, by rule");
    private static readonly Histogram<double> Calling = Seconds("webhookbot.targets.duration", "Time of one attempt, by what is called");
    private static readonly UpDownCounter<long> AtWork = Meter.CreateUpDownCounter<long>("webhookbot.deliveries.at_work", description: "Deliveries that are being worked on, of Pipeline:Parallel");
    private static readonly Histogram<double> Acting = Seconds("webhookbot.actions.duration", "Time of one attempt, by action");

    /// <summary>A request came.</summary>
    public static void Begun() => InFlight.Add(1);

    /// <summary>A request has its answer.</summary>
    public static void Received(string source, int status, TimeSpan took)
    {
        InFlight.Add(-1);
        source = Sources.Of(source);
        Requests.Add(1, new("source", source), new("status", status));
        Answering.Record(took.TotalSeconds, new KeyValuePair<string, object?>("source", source));
    }

    /// <summary>All connections were taken, and that was done to one.</summary>
    public static void ConnectionEnded(string reason) => Connections.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Decided(string source, TimeSpan sinceArrival)
    {
        var label = new KeyValuePair<string, object?>("source", Sources.Of(source));
        Decisions.Add(1, label);
        Deciding.Record(Math.Max(0, sinceArrival.TotalSeconds), label);
    }

    /// <summary>Each action of a delivery was tried.</summary>
    public static void WorkedOff(string source, TimeSpan sinceArrival) =>
        Working.Record(Math.Max(0, sinceArrival.TotalSeconds), new KeyValuePair<string, object?>("source", Sources.Of(source)));

    public static void Matched(string rule) => RuleMatches.Add(1, new KeyValuePair<string, object?>("rule", Rules.Of(rule)));

    /// <param name="action">The action's name.</param>
    /// <param name="target">What it called: a host, or the service.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="took">How long it took.</param>
    public static void Attempted(string action, string target, string outcome, TimeSpan took)
    {
        var (label, called) = (new KeyValuePair<string, object?>("action", Actions.Of(action)), new KeyValuePair<string, object?>("target", Targets.Of(target)));
        Attempts.Add(1, label, new("outcome", outcome));
        Calls.Add(1, called, new("outcome", outcome));
        Acting.Record(took.TotalSeconds, label);
        Calling.Record(took.TotalSeconds, called);
    }

    /// <summary>What a rule asked for was done.</summary>
    public static void Effected(string rule, TimeSpan sinceArrival) =>
        Effecting.Record(Math.Max(0, sinceArrival.TotalSeconds), new KeyValuePair<string, object?>("rule", Rules.Of(rule)));

    /// <summary>A worker took a delivery, or is free again.</summary>
    /// <param name="change">1 or -1.</param>
    public static void Worked(int change) => AtWork.Add(change);

    /// <summary>An action's attempts are used up.</summary>
    public static void Died(string rule) => Deaths.Add(1, new KeyValuePair<string, object?>("rule", Rules.Of(rule)));

    /// <summary>A line of the log was left out.</summary>
    public static void NotLogged() => LeftOut.Add(1);

    public static void Missed(string source, int asked, int lost, int refused)
    {
        MissedDeliveries.Add(refused, new("source", Sources.Of(source)), new("outcome", "refused"));
        MissedDeliveries.Add(asked, new("source", Sources.Of(source)), new("outcome", "asked"));
        MissedDeliveries.Add(lost, new("source", Sources.Of(source)), new("outcome", "lost"));
    }

    public static void Fetched(string source, int count) => MissedDeliveries.Add(count, new("source", Sources.Of(source)), new("outcome", "fetched"));

    public static void LogSwept(string log, bool isCompleted) => Sweeps.Add(1, new("log", log), new("outcome", isCompleted ? "completed" : "failed"));

    /// <summary>Watches numbers that are read when they are asked for, each with its label.</summary>
    public static void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) => Meter.CreateObservableGauge(name, read, description: description);

    /// <summary>Watches a number that is read when it is asked for.</summary>
    public static void Gauge(string name, string description, Func<long> read) => Meter.CreateObservableGauge(name, read, description: description);

    private static Counter<long> Count(string name, string description) => Meter.CreateCounter<long>(name, description: description);

    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600] });
}
