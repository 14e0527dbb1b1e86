using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>What watches: Alertmanager, Grafana, Datadog, New Relic, PagerDuty, Opsgenie, Sentry, Statuspage, UptimeRobot, Pingdom, Honeycomb.</summary>
internal static class AlertPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
        new SourcePreset
        {
            Name = "alertmanager",
            Description = "Prometheus Alertmanager, which does not sign: a bearer token or basic authorization from its http_config.",
            Verify = [VerificationScheme.Authorization],
            Events = [FromJson("status")],
            Ids = [Parse("{json:groupKey} {json:status} {json:alerts.fingerprint} {json:alerts.status} {json:alerts.startsAt} {json:alerts.endsAt}")],
            HashesId = true,
            Subjects = [FromJson("groupKey")],
            Alerts = AlertReaders.Prometheus,
            Items = "alerts",
            // A notification that is sent again within the hour is Alertmanager's own retry; later it is a repeat that people asked for.
            DedupeWindow = TimeSpan.FromHours(1),
        },

        // grafana/alerting, http/hmac.go: a time is signed only when a header is named for it, and that header has no name by default.
        new SourcePreset
        {
            Name = "grafana",
            Description = "Grafana Alerting: X-Grafana-Alerting-Signature, an HMAC-SHA256 of the body, or of X-Grafana-Alerting-Timestamp and body; or a bearer token or basic authorization.",
            Verify =
            [
                VerificationScheme.Hmac("X-Grafana-Alerting-Signature"),
                VerificationScheme.Hmac("X-Grafana-Alerting-Signature") with
                {
                    SignedContent = "{timestamp}:{body}",
                    Timestamp = new TimestampRule("X-Grafana-Alerting-Timestamp", TimeSpan.FromMinutes(5)),
                },
                VerificationScheme.Authorization,
            ],
            Events = [FromJson("status")],
            Ids = [Parse("{json:groupKey} {json:status} {json:alerts.fingerprint} {json:alerts.status} {json:alerts.startsAt}")],
            HashesId = true,
            Subjects = [FromJson("groupKey")],
            Alerts = AlertReaders.Grafana,
            Items = "alerts",
            DedupeWindow = TimeSpan.FromHours(1),
        },

        // https://docs.datadoghq.com/integrations/webhooks/
        new SourcePreset
        {
            Name = "datadog",
            Description = "Datadog, which does not sign: a bearer token or basic authorization as a custom header, or a secret in the address.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress()],
            Events = [FromJson("transition"), FromJson("event_type")],
            Ids = [Parse("{json:aggregation_key} {json:id} {json:transition} {json:last_updated}"), FromJson("id")],
            HashesId = true,
            Subjects = [FromJson("aggregation_key")],
            Alerts = AlertReaders.Datadog,
        },

        // https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook
        new SourcePreset
        {
            Name = "newrelic",
            Description = "New Relic, which does not sign: a bearer token or basic authorization, or a secret in the header Api-Key.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.Token("Api-Key")],
            Events = [FromJson("state")],
            Ids = [Parse("{json:issueId} {json:state} {json:updatedAt}"), Parse("{json:id} {json:state} {json:updatedAt}"), Parse("{json:id} {json:state}")],
            HashesId = true,
            Subjects = [FromJson("issueId"), FromJson("id")],
            Alerts = AlertReaders.NewRelic,
        },

        // https://developer.pagerduty.com/docs/webhooks/webhook-signatures/
        new SourcePreset
        {
            Name = "pagerduty",
            Description = "PagerDuty (v3): X-PagerDuty-Signature, an HMAC-SHA256 of the body; any of several.",
            Verify = [VerificationScheme.Hmac("X-PagerDuty-Signature", "v1=") with { Separator = ',' }],
            Events = [FromJson("event.event_type")],
            Ids = [FromJson("event.id")],
            Subjects = [Parse("incident {json:event.data.incident.id}"), Parse("{json:event.data.type} {json:event.data.id}")],
            Alerts = AlertReaders.PagerDuty,
            MaxBodyBytes = 2L << 20,
        },

        // https://support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-webhook/
        new SourcePreset
        {
            Name = "opsgenie",
            Description = "Opsgenie, which does not sign: a bearer token or basic authorization as a custom header, or a secret in the address.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress()],
            Events = [FromJson("action")],
            Ids = [Parse("{json:alert.alertId} {json:action} {json:alert.updatedAt}"), Parse("{json:alert.alertId} {json:action}")],
            HashesId = true,
            Subjects = [FromJson("alert.alertId")],
            Alerts = AlertReaders.Opsgenie,
        },

        // The time is not signed: a replay is known by its id. https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
        new SourcePreset
        {
            Name = "sentry",
            Description = "Sentry: Sentry-Hook-Signature, an HMAC-SHA256 of the body with the integration's client secret.",
            Verify = [VerificationScheme.Hmac("Sentry-Hook-Signature"), VerificationScheme.Hmac("Sentry-App-Signature")],
            Waits = TimeSpan.FromSeconds(1),
            Events = [Parse("{header:Sentry-Hook-Resource}{json:action?}")],
            Ids = [FromHeader("Request-ID")],
            Subjects = [Parse("issue {json:data.issue.id}"), Parse("issue {json:data.event.issue_id}"), Parse("alert {json:data.metric_alert.id}"), Parse("error {json:data.error.event_id}")],
            Alerts = AlertReaders.Sentry,
        },

        // https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/
        new SourcePreset
        {
            Name = "statuspage",
            Description = "Statuspage's webhook notifications, which are not signed: a secret in the address.",
            Verify = [VerificationScheme.SecretAddress()],
            Events = [Parse("incident{has:incident.id}{json:incident.status?}"), Parse("component_update{has:component_update.id}")],
            Ids = [Parse("{json:incident.id} {json:incident.incident_updates.id}"), Parse("{json:component_update.id}")],
            HashesId = true,
            Subjects = [Parse("incident {json:incident.id}"), Parse("component {json:component.id}")],
            Alerts = AlertReaders.Statuspage,
        },

        // https://uptimerobot.com/help/web-hook-alert-contacts/
        new SourcePreset
        {
            Name = "uptimerobot",
            Description = "UptimeRobot, which does not sign: a bearer token as a custom header, or a secret in the address.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress()],
            Events = [FromJson("alertType")],
            EventNames = new Dictionary<string, string> { ["1"] = "down", ["2"] = "up", ["3"] = "ssl_expiry" },
            Ids = [Parse("{json:monitorID} {json:alertType} {json:alertDateTime}")],
            HashesId = true,
            Subjects = [FromJson("monitorID")],
            Alerts = AlertReaders.UptimeRobot,
            ContentTypes = ["application/json", FormBody.ContentType],
            ContentTypeAdvice = "choose \"Send as JSON\" or \"Send as POST parameters\"",
            Unfold = FormBody.ToJson,
        },

        // https://www.pingdom.com/resources/webhooks/
        new SourcePreset
        {
            Name = "pingdom",
            Description = "Pingdom, which does not sign: a secret in the address.",
            Verify = [VerificationScheme.SecretAddress()],
            Events = [FromJson("current_state")],
            Ids = [Parse("{json:check_id} {json:current_state} {json:state_changed_timestamp}")],
            HashesId = true,
            Subjects = [FromJson("check_id")],
            Alerts = AlertReaders.Pingdom,
        },

        // https://docs.honeycomb.io/notify/alert/webhooks/
        new SourcePreset
        {
            Name = "honeycomb",
            Description = "Honeycomb: the shared secret in X-Honeycomb-Webhook-Token. Nothing is signed.",
            Verify = [VerificationScheme.Token("X-Honeycomb-Webhook-Token")],
            Events = [FromJson("status")],
            Subjects = [FromJson("id")],
            Alerts = AlertReaders.Honeycomb,
            // The body has neither an id of its own nor a time: the same one is the same delivery only for as long as a retry takes.
            DedupeWindow = TimeSpan.FromMinutes(10),
        },
    ];
}
