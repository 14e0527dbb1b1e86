using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>The clouds: Amazon SNS, Azure Monitor and Event Grid, Google Cloud Monitoring and Pub/Sub.</summary>
internal static class CloudPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
        new SourcePreset
        {
            Name = "aws-sns",
            Description = "Amazon SNS: the message's own RSA signature, by a certificate of Amazon's, from a topic that is named.",
            OwnCheck = input => new SnsCheck(input),
            NeedsSecret = false,
            Options = [new PresetOption("topics")],
            Events = [Parse("alarm{has:Message.AlarmName}{json:Message.NewStateValue?}"), FromJson("Type")],
            Ids = [FromJson("MessageId")],
            Subjects = [FromJson("Message.AlarmArn"), FromJson("TopicArn")],
            Alerts = AlertReaders.CloudWatch,
            ContentTypes = ["text/plain", "application/json"],
            ContentTypeAdvice = "SNS sends text/plain; switch raw message delivery off, which is not signed",
            Unfold = SnsMessage.Unfold,
            Pack = SnsMessage.Pack,
            Handshake = SnsMessage.ConfirmAsync,
        },

        // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
        AzureMonitor("azure-monitor", "a secret in the address.") with { Verify = [VerificationScheme.SecretAddress()] },
        AzureMonitor("azure-monitor-entra", "a token of Microsoft Entra (a secure webhook).") with
        {
            Verify = [Entra(("azp", "461e8683-5575-4561-ac7f-899cc907d62a"), ("appid", "461e8683-5575-4561-ac7f-899cc907d62a"))],
            NeedsSecret = false,
            Options = [new PresetOption("tenant"), new PresetOption("audience")],
            EventsOf = "azure-monitor",
        },

        // https://learn.microsoft.com/azure/event-grid/webhook-event-delivery
        EventGrid("azure-event-grid", "a secret in the address.") with { Verify = [VerificationScheme.SecretAddress()] },
        EventGrid("azure-event-grid-entra", "a token of Microsoft Entra.") with
        {
            Verify = [Entra(("azp", "4962773b-9cdb-44cf-a8bf-237846a00ab7"), ("appid", "4962773b-9cdb-44cf-a8bf-237846a00ab7"))],
            NeedsSecret = false,
            Options = [new PresetOption("tenant"), new PresetOption("audience")],
            EventsOf = "azure-event-grid",
        },

        // https://cloud.google.com/monitoring/support/notification-options#webhooks
        new SourcePreset
        {
            Name = "google-monitoring",
            Description = "Google Cloud Monitoring, which does not sign: basic authorization, or a secret in the address as auth_token.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress("auth_token")],
            Events = [FromJson("incident.state")],
            Ids = [Parse("{json:incident.incident_id} {json:incident.state} {json:incident.started_at} {json:incident.ended_at}"), Parse("{json:incident.incident_id} {json:incident.state}")],
            HashesId = true,
            Subjects = [FromJson("incident.incident_id")],
            Alerts = AlertReaders.GoogleMonitoring,
        },

        // https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
        new SourcePreset
        {
            Name = "google-pubsub",
            Description = "Google Pub/Sub push: a token of Google's for the audience and the service account that the source names.",
            Verify =
            [
                new VerificationScheme
                {
                    Algorithm = VerificationAlgorithm.IssuedToken,
                    Issuer = new TokenIssuer("https://www.googleapis.com/oauth2/v3/certs", ["https://accounts.google.com", "accounts.google.com"]),
                },
            ],
            NeedsSecret = false,
            Options = [new PresetOption("audience"), new PresetOption("account")],
            Events = [Parse("message{has:message.messageId}{json:message.attributes.eventType?}")],
            Ids = [FromJson("message.messageId")],
            Subjects = [FromJson("message.orderingKey"), FromJson("subscription")],
            MaxBodyBytes = 14L << 20,
            Unfold = PubSubMessage.Unfold,
            Pack = PubSubMessage.Pack,
        },
    ];

    private static SourcePreset AzureMonitor(string name, string proof) => new()
    {
        Name = name,
        Description = $"Azure Monitor's action groups (common alert schema): {proof}",
        Events = [FromJson("data.essentials.monitorCondition")],
        Ids = [Parse("{json:data.essentials.alertId} {json:data.essentials.monitorCondition} {json:data.essentials.firedDateTime}"), Parse("{json:data.essentials.alertId} {json:data.essentials.monitorCondition}")],
        HashesId = true,
        Subjects = [FromJson("data.essentials.originAlertId"), FromJson("data.essentials.alertId")],
        Alerts = AlertReaders.AzureMonitor,
    };

    private static SourcePreset EventGrid(string name, string proof) => new()
    {
        Name = name,
        Description = $"Azure Event Grid, its own schema or CloudEvents: {proof}",
        Events = [FromJson("eventType"), FromJson("type")],
        Ids = [FromJson("id")],
        Subjects = [FromJson("subject")],
        ContentTypes = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"],
        Splits = true,
        Greeting = CloudEvents.Greet,
        Handshake = EventGridHandshake.AnswerAsync,
    };

    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference: azp in tokens of version 2, appid in those of version 1.
    private static VerificationScheme Entra(params (string Claim, string Value)[] application) => new()
    {
        Algorithm = VerificationAlgorithm.IssuedToken,
        Issuer = new TokenIssuer("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys", ["https://sts.windows.net/{tenant}/", "https://login.microsoftonline.com/{tenant}/v2.0"])
        {
            AnyClaim = application.ToDictionary(a => a.Claim, a => a.Value),
        },
    };
}
