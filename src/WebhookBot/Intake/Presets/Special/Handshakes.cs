using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>Slack's questions. https://docs.slack.dev/reference/events/url_verification, https://docs.slack.dev/interactivity/implementing-slash-commands</summary>
internal static class SlackHandshake
{
    /// <summary>The challenge, given back.</summary>
    public static ValueTask<IntakeAnswer?> AnswerAsync(IncomingRequest request, JsonElement body) => new(
        body.TextAt("type") == "url_verification" && body.TextAt("challenge") is { } challenge ? IntakeAnswer.Reply(200, "text/plain", challenge)
        : body.TextAt("ssl_check") == "1" ? IntakeAnswer.Reply(200)
        : null);

    /// <summary>A look at the certificate, which Slack takes without signing.</summary>
    public static IntakeAnswer? Greet(HttpRequest request) =>
        request.Method == HttpMethods.Get && request.Query["ssl_check"] == "1" ? IntakeAnswer.Reply(200) : null;

    /// <summary>Commands are sent as forms, events as JSON.</summary>
    public static PackedSample Pack(ReadOnlyMemory<byte> sample)
    {
        using var body = JsonDocument.Parse(sample);
        return body.RootElement.TextAt("command") is null ? new PackedSample("application/json", sample.ToArray()) : FormBody.PackFields(sample);
    }
}

/// <summary>Discord's pings: of interactions type 1, answered in kind; of webhook events type 0. https://docs.discord.com/developers/events/webhook-events</summary>
internal static class DiscordHandshake
{
    public static ValueTask<IntakeAnswer?> AnswerAsync(IncomingRequest request, JsonElement body) => new(
        body.At("event").IsPresent() ? null
        : body.TextAt("type") switch
        {
            "0" => IntakeAnswer.Reply(204),
            "1" => IntakeAnswer.Reply(200, "application/json", """{"type":1}"""),
            _ => null,
        });

    /// <summary>
    /// An interaction is answered at once, or the person sees that it failed: that the message follows (commands, forms), that nothing changes yet
    /// (buttons), no suggestions. https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
    /// </summary>
    public static IntakeAnswer? Acknowledge(JsonElement body) => body.At("event").IsPresent() ? null
        : body.TextAt("type") switch
        {
            "2" or "5" => IntakeAnswer.Reply(200, "application/json", """{"type":5}"""),
            "3" => IntakeAnswer.Reply(200, "application/json", """{"type":6}"""),
            "4" => IntakeAnswer.Reply(200, "application/json", """{"type":8,"data":{"choices":[]}}"""),
            _ => null,
        };
}

/// <summary>Event Grid's question whether it may send. https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema</summary>
internal static class EventGridHandshake
{
    public static ValueTask<IntakeAnswer?> AnswerAsync(IncomingRequest request, JsonElement body)
    {
        var e = body.ValueKind == JsonValueKind.Array && body.GetArrayLength() == 1 ? body[0] : body;
        return new(e.TextAt("eventType") == "Microsoft.EventGrid.SubscriptionValidationEvent" && e.TextAt("data", "validationCode") is { } code
            ? IntakeAnswer.Reply(200, "application/json", $$"""{"validationResponse":"{{JavaScriptEncoder.Default.Encode(code)}}"}""")
            : null);
    }
}

/// <summary>Terraform asks once, when a notification is set up, and waits for a 2xx.</summary>
internal static class TerraformHandshake
{
    public static ValueTask<IntakeAnswer?> AnswerAsync(IncomingRequest request, JsonElement body) => new(
        body.At("notifications") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1 && list[0].TextAt("trigger") == "verification"
            ? IntakeAnswer.Reply(200)
            : null);
}
