using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>Where people talk and plan: Slack, Discord, Linear, Jira.</summary>
internal static class TalkPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // https://docs.slack.dev/authentication/verifying-requests-from-slack
        new SourcePreset
        {
            Name = "slack",
            Description = "Slack's events, commands and buttons over HTTP: X-Slack-Signature, an HMAC-SHA256 of time and body.",
            Verify =
            [
                VerificationScheme.Hmac("X-Slack-Signature", "v0=") with
                {
                    SignedContent = "v0:{timestamp}:{body}",
                    Timestamp = new TimestampRule("X-Slack-Request-Timestamp", TimeSpan.FromMinutes(5)),
                },
            ],
            Waits = TimeSpan.FromSeconds(3),
            Events = [Parse("{json:event.type}{json:event.subtype?}"), Parse("command{json:command?}{has:command}"), FromJson("type")],
            Ids = [FromJson("event_id"), FromJson("trigger_id")],
            Subjects = [Parse("{json:event.channel}"), Parse("{json:channel_id}"), Parse("{json:channel.id}")],
            MaxBodyBytes = 256 << 10,
            ContentTypes = ["application/json", FormBody.ContentType],
            Unfold = FormBody.ToJson,
            Pack = SlackHandshake.Pack,
            Greeting = SlackHandshake.Greet,
            Handshake = SlackHandshake.AnswerAsync,
            Answer = WantedAnswer.Empty,
        },

        // https://docs.discord.com/developers/events/webhook-events
        new SourcePreset
        {
            Name = "discord",
            Description = "Discord: X-Signature-Ed25519 over time and body; the secret is the application's public key.",
            Verify =
            [
                new VerificationScheme
                {
                    Algorithm = VerificationAlgorithm.Ed25519,
                    Header = "X-Signature-Ed25519",
                    Key = KeyForm.Hex,
                    SignedContent = "{timestamp}{body}",
                    Timestamp = new TimestampRule("X-Signature-Timestamp", TimeSpan.FromMinutes(5)),
                },
            ],
            Waits = TimeSpan.FromSeconds(3),
            Events = [FromJson("event.type"), Parse("interaction{has:type}{json:data.name?}")],
            Ids = [FromJson("id"), Parse("{json:application_id} {json:event.type} {json:event.timestamp}")],
            HashesId = true,
            Subjects = [Parse("{json:application_id}")],
            Handshake = DiscordHandshake.AnswerAsync,
            Acknowledge = DiscordHandshake.Acknowledge,
            Answer = WantedAnswer.NoContent,
        },

        // https://linear.app/developers/webhooks
        new SourcePreset
        {
            Name = "linear",
            Description = "Linear: Linear-Signature, an HMAC-SHA256 of the body, which has the time in it.",
            Verify =
            [
                VerificationScheme.Hmac("Linear-Signature") with { Timestamp = new TimestampRule("", TimeSpan.FromMinutes(1)) { Json = "webhookTimestamp" } },
            ],
            Waits = TimeSpan.FromSeconds(5),
            Events = [Parse("{json:type}{json:action?}")],
            Ids = [FromHeader("Linear-Delivery")],
            Subjects = [FromJson("data.identifier"), FromJson("data.id")],
        },

        // https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
        new SourcePreset
        {
            Name = "jira",
            Description = "Jira Cloud's admin webhooks: X-Hub-Signature, an HMAC-SHA256 of the body.",
            Verify = [VerificationScheme.Hmac("X-Hub-Signature", "sha256=")],
            Events = [FromJson("webhookEvent")],
            Ids = [FromHeader("X-Atlassian-Webhook-Identifier")],
            Subjects = [FromJson("issue.key"), FromJson("project.key")],
            MaxBodyBytes = 25L << 20,
        },
    ];
}
