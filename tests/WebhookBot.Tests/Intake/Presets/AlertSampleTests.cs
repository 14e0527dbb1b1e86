using System.Text.Json;
using WebhookBot.Intake;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>What rules about alerts make of every sender's samples, whoever sends them.</summary>
public sealed class AlertSampleTests(AlertWorld world) : IClassFixture<AlertWorld>
{
    /// <summary>The sample, whether it fires, and whether it is critical by its sender's word.</summary>
    public static TheoryData<string, bool, bool> Samples => new()
    {
        { "alertmanager.firing", true, true }, { "alertmanager.resolved", false, false },
        { "aws-sns.alarm.ALARM", true, true }, { "aws-sns.alarm.OK", false, false },
        { "azure-monitor.Fired", true, false }, { "azure-monitor.Resolved", false, false },
        { "datadog.Triggered", true, true }, { "datadog.Recovered", false, false },
        { "google-monitoring.open", true, true }, { "google-monitoring.closed", false, false },
        { "grafana.firing", true, true }, { "grafana.resolved", false, false },
        { "honeycomb.TRIGGERED", true, false }, { "honeycomb.OK", false, false },
        { "newrelic.ACTIVATED", true, true }, { "newrelic.CLOSED", false, false },
        { "opsgenie.Create", true, true }, { "opsgenie.Close", false, false },
        { "pagerduty.incident.triggered", true, true }, { "pagerduty.incident.resolved", false, false },
        { "pingdom.DOWN", true, true }, { "pingdom.UP", false, false },
        { "sentry.metric_alert.critical", true, true }, { "sentry.metric_alert.resolved", false, false },
        { "statuspage.incident.investigating", true, false },
        { "uptimerobot.down", true, true }, { "uptimerobot.up", false, false },
    };

    [Fact]
    public void Leaves_no_sender_of_alerts_out() =>
        Assert.Equal([.. PresetCatalog.All.Where(p => p.Alerts is not null).Select(p => p.EventsOf ?? p.Name).Distinct().Order()], Samples.Select(s => s.Data.Item1.Split('.')[0]).Distinct().Order());

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Tells_whether_it_fires_or_has_ended(string sample, bool isFiring, bool isCritical)
    {
        var preset = PresetCatalog.Find(sample.Split('.')[0])!;
        var answer = await (await world.Senders.RequestAsync(preset, sample)).SendAsync(world.Senders.Bot);

        var delivery = await world.Senders.Bot.FinishedAsync(answer.DeliveryId()!);

        var matched = delivery.GetProperty("rules").EnumerateArray().Where(r => IsTrue(r.GetProperty("matched"))).Select(r => r.GetProperty("rule").GetString());
        Assert.Equal(isCritical ? ["critical", "fires"] : isFiring ? ["fires"] : ["ends"], matched.Where(m => m != "items").Order());
        Assert.Equal(sample == "alertmanager.firing", matched.Contains("items"));
        var firing = delivery.GetProperty("facts").GetProperty("alerts").ToString();
        Assert.Equal(isFiring, firing.Contains($"\"{SenderWorld.SourceOf(preset.Name)}\"", StringComparison.Ordinal));
    }

    private static bool IsTrue(JsonElement matched) => matched.ValueKind == JsonValueKind.True;
}

/// <summary>The senders, and rules about alerts.</summary>
public sealed class AlertWorld : IAsyncLifetime
{
    private const string Rules = """
        rules:
          fires:
            on: alert.firing
            if: { facts.alerts: { count: { gte: 0 } } }
            then: [{ slack.post: { channel: "#ops", text: "{{alert.name}} {{alert.summary}}" } }]
          critical:
            on: alert.firing
            if: { alert.severity: critical }
            then: [{ slack.post: { channel: "#ops", text: "{{alert.fingerprint}}" } }]
          ends:
            on: alert.resolved
            if: { facts.alerts: { count: { gte: 0 } } }
            then: [{ slack.post: { channel: "#ops", text: "{{alert.name}} has ended" } }]
          items:
            on: from-alertmanager.firing
            if: { items.labels.severity: critical }
            then: [{ slack.post: { channel: "#ops", text: "{{alert.name}}" } }]
        """;

    public SenderWorld Senders { get; } = new() { Rules = Rules };

    public ValueTask InitializeAsync() => Senders.InitializeAsync();

    public ValueTask DisposeAsync() => Senders.DisposeAsync();
}
