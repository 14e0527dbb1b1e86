using WebhookBot.Intake.Presets.Special;
using WebhookBot.Rules.Sources;
using static WebhookBot.Rules.Sources.ValueTemplate;

namespace WebhookBot.Intake.Presets;

/// <summary>Money, shops and mail: Stripe, Shopify, Twilio, SendGrid, Mailgun.</summary>
internal static class ShopPresets
{
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        // The key is the whole text whsec_..., not what it encodes. https://docs.stripe.com/webhooks/signature
        new SourcePreset
        {
            Name = "stripe",
            Description = "Stripe: Stripe-Signature, an HMAC-SHA256 of time and body; any of several.",
            Verify =
            [
                VerificationScheme.Hmac("Stripe-Signature", "v1=") with
                {
                    Separator = ',',
                    SignedContent = "{timestamp}.{body}",
                    Timestamp = new TimestampRule("Stripe-Signature", TimeSpan.FromMinutes(5)) { Prefix = "t=" },
                },
            ],
            Events = [FromJson("type")],
            Ids = [FromJson("id")],
            Subjects = [FromJson("data.object.id")],
        },

        // https://shopify.dev/docs/apps/build/webhooks/subscribe/https
        new SourcePreset
        {
            Name = "shopify",
            Description = "Shopify: X-Shopify-Hmac-SHA256, an HMAC-SHA256 of the body in base64.",
            Verify = [VerificationScheme.Hmac("X-Shopify-Hmac-SHA256") with { Encoding = SignatureEncoding.Base64 }],
            Waits = TimeSpan.FromSeconds(5),
            Events = [FromHeader("X-Shopify-Topic")],
            Ids = [FromHeader("X-Shopify-Webhook-Id")],
            Subjects = [Parse("{header:X-Shopify-Shop-Domain}/{json:id}"), FromHeader("X-Shopify-Shop-Domain")],
            MaxBodyBytes = 5L << 20,
        },

        // https://www.twilio.com/docs/usage/webhooks/webhooks-security
        new SourcePreset
        {
            Name = "twilio",
            Description = "Twilio: X-Twilio-Signature, an HMAC-SHA1 of the bot's address and the form's fields, with the account's auth token.",
            OwnCheck = input => new TwilioCheck(input),
            Events = [Parse("call{has:CallSid}{json:CallStatus?}"), Parse("message{has:MessageSid}{json:SmsStatus?}"), Parse("message{has:MessageSid}{json:MessageStatus?}"), FromJson("type"), Parse("request")],
            Ids =
            [
                FromHeader("I-Twilio-Idempotency-Token"),
                Parse("{json:CallSid} {json:CallStatus}"),
                Parse("{json:MessageSid} {json:MessageStatus}"),
                Parse("{json:MessageSid} {json:SmsStatus}"),
                Parse("{json:MessageSid}"),
                FromJson("id"),
            ],
            HashesId = true,
            Subjects = [FromJson("CallSid"), FromJson("MessageSid")],
            ContentTypes = [FormBody.ContentType, "application/json"],
            Unfold = FormBody.ToJson,
            Pack = FormBody.PackFields,
            Answer = WantedAnswer.NoContent,
        },

        // https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
        new SourcePreset
        {
            Name = "sendgrid",
            Description = "SendGrid's events: X-Twilio-Email-Event-Webhook-Signature, ECDSA over time and body with SendGrid's key.",
            Verify =
            [
                new VerificationScheme
                {
                    Algorithm = VerificationAlgorithm.EcdsaP256,
                    Header = "X-Twilio-Email-Event-Webhook-Signature",
                    Encoding = SignatureEncoding.Base64,
                    Key = KeyForm.Base64,
                    SignedContent = "{timestamp}{body}",
                    Timestamp = new TimestampRule("X-Twilio-Email-Event-Webhook-Timestamp", TimeSpan.FromMinutes(10)),
                },
            ],
            Events = [FromJson("event")],
            Ids = [FromJson("sg_event_id")],
            Subjects = [FromJson("sg_message_id")],
            MaxBodyBytes = 2L << 20,
            Splits = true,
            Pack = SendGridBatch.Pack,
        },

        // The event itself is not signed, so each token counts once. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
        new SourcePreset
        {
            Name = "mailgun",
            Description = "Mailgun: an HMAC-SHA256 of the time and a token in the body. The event is not signed; each token counts once.",
            Verify =
            [
                VerificationScheme.Hmac("") with
                {
                    Json = "signature.signature",
                    SignedContent = "{json:signature.timestamp}{json:signature.token}",
                    Timestamp = new TimestampRule("", TimeSpan.FromMinutes(5)) { Json = "signature.timestamp" },
                },
            ],
            Events = [FromJson("event-data.event")],
            // All that is signed: the token alone would be another one if the time took a few of its digits.
            Ids = [Parse("{json:signature.timestamp}{json:signature.token}")],
            Subjects = [FromJson("event-data.message.headers.message-id")],
        },
    ];
}
