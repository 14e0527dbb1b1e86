using System.Text.Json;
using WebhookBot.Rules;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake.Presets;

/// <summary>
/// Prometheus Alertmanager, which does not sign: bearer or basic authorization from its <c>http_config</c>.
/// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
/// </summary>
internal static class AlertmanagerPreset
{
    private const string Events = """
        event firing
          - Notification
        event resolved
          - Notification
        type Notification
          alerts Alert[]
          commonAnnotations text{}
          commonLabels text{}
          externalURL text
          groupKey text
          groupLabels text{}
          notification_reason text
          receiver text
          status text
          truncatedAlerts number
          version text
        type Alert
          annotations text{}
          endsAt time
          fingerprint text
          generatorURL text
          labels text{}
          startsAt time
          status text
        """;

    public static SourcePreset Create() => new()
    {
        Name = "alertmanager",
        Description = "Prometheus Alertmanager, which does not sign: a bearer token or basic authorization from its http_config.",
        Verify = new VerificationScheme { Algorithm = VerificationAlgorithm.BearerOrBasic, Header = "Authorization" },
        Event = ValueTemplate.FromJson("status"),
        Id = ValueTemplate.Parse("{json:groupKey} {json:status} {json:alerts.fingerprint} {json:alerts.status} {json:alerts.startsAt} {json:alerts.endsAt}"),
        HashesId = true,
        Subjects = [ValueTemplate.FromJson("groupKey")],
        Family = "alert",
        Alerts = Read,
        Events = new(() => EventCatalog.Parse(Events)),
        // A notification that is sent again within the hour is Alertmanager's own retry; later it is a repeat that people asked for.
        DedupeWindow = TimeSpan.FromHours(1),
        MaxBodyBytes = 1L << 20,
    };

    private static IReadOnlyList<Alert> Read(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("alerts", out var alerts) && alerts.ValueKind == JsonValueKind.Array
            ? [.. alerts.EnumerateArray().Select(ReadOne).OfType<Alert>()]
            : [];

    private static Alert? ReadOne(JsonElement alert) => PayloadText.At(alert, "fingerprint") is not { } fingerprint ? null : new Alert
    {
        Name = PayloadText.At(alert, "labels", "alertname") ?? fingerprint,
        IsFiring = PayloadText.At(alert, "status") == "firing",
        Fingerprint = fingerprint,
        Severity = PayloadText.At(alert, "labels", "severity"),
        Summary = PayloadText.At(alert, "annotations", "summary"),
        Url = PayloadText.At(alert, "generatorURL"),
        StartedAt = PayloadText.At(alert, "startsAt"),
        Labels = alert.TryGetProperty("labels", out var labels) ? labels : default,
    };
}
