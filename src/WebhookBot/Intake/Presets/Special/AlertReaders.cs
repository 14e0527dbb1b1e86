using System.Globalization;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>What each sender's payload says in the words that all alert sources share. Empty for payloads that tell of no alert.</summary>
internal static class AlertReaders
{
    private static readonly Dictionary<string, string> None = [];

    public static IReadOnlyList<Alert> Prometheus(JsonElement payload) => Each(payload.At("alerts"), a => a.TextAt("fingerprint") is not { } fingerprint ? null : new Alert
    {
        Name = a.TextAt("labels", "alertname") ?? fingerprint,
        IsFiring = a.TextAt("status") == "firing",
        Fingerprint = fingerprint,
        Severity = a.TextAt("labels", "severity"),
        Summary = a.TextAt("annotations", "summary") ?? a.TextAt("annotations", "description"),
        Links = Links(a.TextAt("generatorURL"), a.TextAt("annotations", "runbook_url")),
        StartedAt = a.TextAt("startsAt"),
        EndedAt = Ended(a.TextAt("endsAt")),
        Labels = Labels(a.At("labels")),
    });

    public static IReadOnlyList<Alert> Grafana(JsonElement payload) => [.. Prometheus(payload).Zip(
        payload.At("alerts").EnumerateArray().Where(a => a.TextAt("fingerprint") is not null),
        (alert, a) => alert with { Links = Links(a.TextAt("panelURL"), a.TextAt("dashboardURL"), a.TextAt("generatorURL"), a.TextAt("silenceURL")) })];

    public static IReadOnlyList<Alert> Datadog(JsonElement payload) => payload.TextAt("transition") is not { } transition ? [] :
    [
        new Alert
        {
            Name = payload.TextAt("title") ?? "Datadog",
            IsFiring = transition is not ("Recovered" or "No Data Recovered" or "Warn Recovered"),
            Fingerprint = payload.TextAt("aggregation_key") ?? payload.TextAt("id") ?? "",
            Severity = transition.Contains("Warn", StringComparison.OrdinalIgnoreCase) ? "warning" : Priority(payload.TextAt("priority")) ?? "critical",
            Summary = payload.TextAt("text"),
            Links = Links(payload.TextAt("link")),
            StartedAt = Unix(payload.NumberAt("date")),
            Labels = Tags(payload.TextAt("tags")),
        },
    ];

    public static IReadOnlyList<Alert> NewRelic(JsonElement payload) => payload.TextAt("state") is not { } state ? [] :
    [
        new Alert
        {
            Name = FirstText(payload.At("alertConditionNames")) ?? payload.TextAt("title") ?? "New Relic",
            IsFiring = !state.Equals("CLOSED", StringComparison.OrdinalIgnoreCase),
            Fingerprint = payload.TextAt("issueId") ?? payload.TextAt("id") ?? "",
            Severity = payload.TextAt("priority")?.ToLowerInvariant(),
            Summary = payload.TextAt("title"),
            Links = Links(payload.TextAt("issueUrl"), payload.TextAt("runbookUrl")),
            StartedAt = Unix(payload.NumberAt("createdAt")),
            EndedAt = state.Equals("CLOSED", StringComparison.OrdinalIgnoreCase) ? Unix(payload.NumberAt("updatedAt")) : null,
        },
    ];

    public static IReadOnlyList<Alert> PagerDuty(JsonElement payload) =>
        payload.At("event", "data") is not { ValueKind: JsonValueKind.Object } incident || incident.TextAt("type") != "incident" ? [] :
        [
            new Alert
            {
                Name = incident.TextAt("title") ?? "PagerDuty",
                IsFiring = incident.TextAt("status") != "resolved",
                Fingerprint = incident.TextAt("id") ?? "",
                Severity = incident.TextAt("urgency") == "high" ? "critical" : "warning",
                Summary = incident.TextAt("title"),
                Links = Links(incident.TextAt("html_url")),
                StartedAt = incident.TextAt("created_at"),
                EndedAt = incident.TextAt("status") == "resolved" ? payload.TextAt("event", "occurred_at") : null,
                Labels = Labels(("service", incident.TextAt("service", "summary")), ("priority", incident.TextAt("priority", "summary"))),
            },
        ];

    public static IReadOnlyList<Alert> Opsgenie(JsonElement payload) =>
        payload.At("alert") is not { ValueKind: JsonValueKind.Object } alert || payload.TextAt("action") is not { } action ? [] :
        [
            new Alert
            {
                Name = alert.TextAt("message") ?? "Opsgenie",
                IsFiring = action is not ("Close" or "Delete"),
                Fingerprint = alert.TextAt("alias") ?? alert.TextAt("alertId") ?? "",
                Severity = Priority(alert.TextAt("priority")),
                Summary = alert.TextAt("message"),
                StartedAt = Unix(alert.NumberAt("createdAt")),
                EndedAt = action is "Close" or "Delete" ? Unix(alert.NumberAt("updatedAt")) : null,
                Labels = Labels(alert.At("details")),
            },
        ];

    public static IReadOnlyList<Alert> Sentry(JsonElement payload)
    {
        if (payload.At("data", "metric_alert") is { ValueKind: JsonValueKind.Object } metric)
        {
            var action = payload.TextAt("action");
            return
            [
                new Alert
                {
                    Name = metric.TextAt("alert_rule", "name") ?? payload.TextAt("data", "description_title") ?? "Sentry",
                    IsFiring = action != "resolved",
                    Fingerprint = metric.TextAt("id") ?? "",
                    Severity = action is "critical" or "warning" ? action : null,
                    Summary = payload.TextAt("data", "description_text"),
                    Links = Links(payload.TextAt("data", "web_url")),
                    StartedAt = metric.TextAt("date_started"),
                    EndedAt = metric.TextAt("date_closed"),
                },
            ];
        }

        return payload.At("data", "event") is not { ValueKind: JsonValueKind.Object } e || payload.TextAt("data", "triggered_rule") is not { } rule ? [] :
        [
            new Alert
            {
                Name = rule,
                IsFiring = true,
                Fingerprint = e.TextAt("issue_id") ?? e.TextAt("event_id") ?? "",
                Severity = e.TextAt("level"),
                Summary = e.TextAt("title"),
                Links = Links(e.TextAt("web_url")),
                StartedAt = e.TextAt("datetime"),
                Labels = Labels(("environment", e.TextAt("environment")), ("platform", e.TextAt("platform"))),
            },
        ];
    }

    public static IReadOnlyList<Alert> Statuspage(JsonElement payload) => payload.At("incident") is not { ValueKind: JsonValueKind.Object } incident ? [] :
    [
        new Alert
        {
            Name = incident.TextAt("name") ?? "Statuspage",
            IsFiring = incident.TextAt("status") is not ("resolved" or "postmortem" or "completed"),
            Fingerprint = incident.TextAt("id") ?? "",
            Severity = incident.TextAt("impact"),
            Summary = incident.At("incident_updates") is { ValueKind: JsonValueKind.Array } updates && updates.GetArrayLength() > 0 ? updates[0].TextAt("body") : null,
            Links = Links(incident.TextAt("shortlink")),
            StartedAt = incident.TextAt("created_at"),
            EndedAt = incident.TextAt("resolved_at"),
        },
    ];

    public static IReadOnlyList<Alert> UptimeRobot(JsonElement payload) => payload.TextAt("alertType") is not { } type ? [] :
    [
        new Alert
        {
            Name = payload.TextAt("monitorFriendlyName") ?? payload.TextAt("monitorURL") ?? "UptimeRobot",
            IsFiring = type != "2",
            Fingerprint = payload.TextAt("monitorID") ?? "",
            Severity = type == "3" ? "warning" : "critical",
            Summary = payload.TextAt("alertDetails"),
            Links = Links(payload.TextAt("monitorURL")),
            StartedAt = type == "2" ? null : Unix(payload.NumberAt("alertDateTime")),
            EndedAt = type == "2" ? Unix(payload.NumberAt("alertDateTime")) : null,
        },
    ];

    public static IReadOnlyList<Alert> Pingdom(JsonElement payload) => payload.TextAt("current_state") is not { } state ? [] :
    [
        new Alert
        {
            Name = payload.TextAt("check_name") ?? "Pingdom",
            IsFiring = state is not ("UP" or "SUCCESS"),
            Fingerprint = payload.TextAt("check_id") ?? "",
            Severity = payload.TextAt("importance_level") == "LOW" ? "warning" : "critical",
            Summary = payload.TextAt("long_description") ?? payload.TextAt("description"),
            Links = Links(payload.TextAt("check_params", "full_url")),
            StartedAt = state is "UP" or "SUCCESS" ? null : Unix(payload.NumberAt("state_changed_timestamp")),
            EndedAt = state is "UP" or "SUCCESS" ? Unix(payload.NumberAt("state_changed_timestamp")) : null,
        },
    ];

    public static IReadOnlyList<Alert> Honeycomb(JsonElement payload) => payload.TextAt("status") is not { } status ? [] :
    [
        new Alert
        {
            Name = payload.TextAt("name") ?? "Honeycomb",
            IsFiring = status.Equals("TRIGGERED", StringComparison.OrdinalIgnoreCase),
            Fingerprint = payload.TextAt("id") ?? "",
            Summary = payload.TextAt("summary") ?? payload.TextAt("description"),
            Links = Links(payload.TextAt("result_url"), payload.TextAt("trigger_url")),
        },
    ];

    public static IReadOnlyList<Alert> CloudWatch(JsonElement payload) =>
        payload.At("Message") is not { ValueKind: JsonValueKind.Object } alarm || alarm.TextAt("AlarmName") is not { } name ? [] :
        [
            new Alert
            {
                Name = name,
                IsFiring = alarm.TextAt("NewStateValue") == "ALARM",
                Fingerprint = alarm.TextAt("AlarmArn") ?? name,
                Severity = "critical",
                Summary = alarm.TextAt("AlarmDescription") ?? alarm.TextAt("NewStateReason"),
                StartedAt = alarm.TextAt("NewStateValue") == "ALARM" ? alarm.TextAt("StateChangeTime") : null,
                EndedAt = alarm.TextAt("NewStateValue") == "ALARM" ? null : alarm.TextAt("StateChangeTime"),
                Labels = Labels(("region", alarm.TextAt("Region")), ("metric", alarm.TextAt("Trigger", "MetricName")), ("namespace", alarm.TextAt("Trigger", "Namespace"))),
            },
        ];

    // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema#essentials-fields: Sev0 is the worst.
    public static IReadOnlyList<Alert> AzureMonitor(JsonElement payload) =>
        payload.At("data", "essentials") is not { ValueKind: JsonValueKind.Object } alert || alert.TextAt("alertRule") is not { } rule ? [] :
        [
            new Alert
            {
                Name = rule,
                IsFiring = alert.TextAt("monitorCondition") != "Resolved",
                Fingerprint = alert.TextAt("originAlertId") ?? alert.TextAt("alertId") ?? rule,
                Severity = alert.TextAt("severity") switch { "Sev0" => "critical", "Sev1" => "error", "Sev2" => "warning", null => null, _ => "info" },
                Summary = alert.TextAt("description"),
                Links = Links(alert.TextAt("investigationLink")),
                StartedAt = alert.TextAt("firedDateTime"),
                EndedAt = alert.TextAt("resolvedDateTime"),
                Labels = Labels(("service", alert.TextAt("monitoringService")), ("signal", alert.TextAt("signalType"))),
            },
        ];

    public static IReadOnlyList<Alert> GoogleMonitoring(JsonElement payload) => payload.At("incident") is not { ValueKind: JsonValueKind.Object } incident ? [] :
    [
        new Alert
        {
            Name = incident.TextAt("policy_name") ?? incident.TextAt("condition_name") ?? "Google Cloud Monitoring",
            IsFiring = incident.TextAt("state") != "closed",
            Fingerprint = incident.TextAt("incident_id") ?? "",
            Severity = incident.TextAt("severity")?.ToLowerInvariant(),
            Summary = incident.TextAt("summary"),
            Links = Links(incident.TextAt("url")),
            StartedAt = Unix(incident.NumberAt("started_at")),
            EndedAt = Unix(incident.NumberAt("ended_at")),
            Labels = Labels(incident.At("policy_user_labels")),
        },
    ];

    private static List<Alert> Each(JsonElement list, Func<JsonElement, Alert?> read) =>
        list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(read).OfType<Alert>()] : [];

    private static string? FirstText(JsonElement list) => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0].TextAt() : list.TextAt();

    private static List<string> Links(params IEnumerable<string?> links) => [.. links.OfType<string>().Where(l => l.Length > 0)];

    private static Dictionary<string, string> Labels(JsonElement labels) =>
        labels.ValueKind == JsonValueKind.Object ? labels.EnumerateObject().Where(l => l.Value.TextAt() is not null).ToDictionary(l => l.Name, l => l.Value.TextAt()!) : None;

    private static Dictionary<string, string> Labels(params IEnumerable<(string Name, string? Value)> labels) =>
        labels.Where(l => l.Value is not null).ToDictionary(l => l.Name, l => l.Value!);

    private static Dictionary<string, string> Tags(string? tags) => (tags ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(t => t.Split(':', 2)).GroupBy(t => t[0]).ToDictionary(g => g.Key, g => g.First() is [_, var value] ? value : "");

    private static string? Priority(string? priority) => priority?.ToUpperInvariant() switch
    {
        "P1" => "critical",
        "P2" => "error",
        "P3" => "warning",
        null or "" => null,
        _ => "info",
    };

    // Alertmanager writes the year 1 for an alert that goes on.
    private static string? Ended(string? time) => time is null || time.StartsWith("0001-", StringComparison.Ordinal) ? null : time;

    private static string? Unix(long? time) => time is not (> 0 and < 100_000_000_000_000) ? null
        : (time >= 100_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds(time.Value) : DateTimeOffset.FromUnixTimeSeconds(time.Value)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
