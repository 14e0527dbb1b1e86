using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>Agreements that many senders keep: Standard Webhooks, CloudEvents; and a sender of one's own.</summary>
internal static class StandardsPresets
{
    /// <summary>HMAC of Standard Webhooks, v1. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</summary>
    public static VerificationScheme Standard { get; } = Webhook("webhook");

    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        new SourcePreset
        {
            Name = "standard-webhooks",
            Description = "Standard Webhooks (Svix, OpenAI, Resend, Clerk, Render and others): webhook-signature, v1 with a secret (whsec_...) or v1a with the sender's public key (whpk_...).",
            Verify = [Standard, Asymmetric("webhook"), Webhook("svix"), Asymmetric("svix")],
            Events = [FromJson("type"), FromJson("event"), FromJson("event_type"), Parse("message")],
            Ids = [FromHeader("webhook-id"), FromHeader("svix-id")],
            MaxBodyBytes = 2L << 20,
        },

        // https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md
        new SourcePreset
        {
            Name = "cloudevents",
            Description = "CloudEvents over HTTP, structured, binary or in batches: a bearer token, basic authorization, or a secret in the address.",
            Verify = [VerificationScheme.Authorization, VerificationScheme.SecretAddress("access_token")],
            Events = [FromJson("type")],
            Ids = [Parse("{json:source} {json:id}")],
            HashesId = true,
            Subjects = [Parse("{json:source} {json:subject}"), FromJson("source")],
            ContentTypes = ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json"],
            ContentTypeAdvice = "send application/cloudevents+json, application/cloudevents-batch+json, or application/json with the ce- headers",
            Unfold = CloudEvents.Unfold,
            Pack = CloudEvents.Pack,
            Splits = true,
            Greeting = CloudEvents.Greet,
        },
        new SourcePreset
        {
            Name = "generic",
            Description = "A sender of your own: X-Signature, an HMAC-SHA256 of the body in hexadecimal, with or without sha256= in front.",
            Verify =
            [
                VerificationScheme.Hmac("X-Signature", "sha256="),
                VerificationScheme.Hmac("X-Signature"),
                VerificationScheme.Hmac("X-Hub-Signature-256", "sha256="),
            ],
            Events = [FromHeader("X-Event"), FromJson("event"), FromJson("type")],
            Ids = [FromHeader("Idempotency-Key"), FromHeader("X-Request-Id"), FromJson("id")],
            MaxBodyBytes = 25L << 20,
        },

        // https://help.zapier.com/hc/en-us/articles/8496326446989
        new SourcePreset
        {
            Name = "zapier",
            Description = "Webhooks by Zapier, which do not sign: a bearer token or basic authorization.",
            Verify = [VerificationScheme.Authorization],
            Events = [FromHeader("X-Event"), FromJson("event"), Parse("zap")],
            Ids = [FromHeader("Idempotency-Key"), FromJson("id")],
            ContentTypes = ["application/json", FormBody.ContentType],
            Unfold = FormBody.ToJson,
        },
    ];

    private static VerificationScheme Webhook(string prefix) => new()
    {
        Algorithm = VerificationAlgorithm.HmacSha256,
        Header = $"{prefix}-signature",
        Separator = ' ',
        Prefix = "v1,",
        Encoding = SignatureEncoding.Base64,
        Key = KeyForm.Base64,
        KeyPrefix = "whsec_",
        SignedContent = $"{{header:{prefix}-id}}.{{timestamp}}.{{body}}",
        Timestamp = new TimestampRule($"{prefix}-timestamp", TimeSpan.FromMinutes(5)),
    };

    private static VerificationScheme Asymmetric(string prefix) => Webhook(prefix) with { Algorithm = VerificationAlgorithm.Ed25519, Prefix = "v1a,", KeyPrefix = "whpk_" };
}
