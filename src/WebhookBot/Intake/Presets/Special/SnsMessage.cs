using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;
using WebhookBot.Clients.Http;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>Messages of Amazon SNS: JSON whose <c>Message</c> is a text, often JSON again. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html</summary>
internal static class SnsMessage
{
    /// <summary>The message with what is packed into its text.</summary>
    public static ReadOnlyMemory<byte> Unfold(IncomingRequest request)
    {
        if (JsonNode.Parse(request.Body.Span, documentOptions: JsonReading.Strict) is not JsonObject message)
        {
            throw new JsonException("the message is no JSON object");
        }

        if (Inner((string?)message["Message"]) is { } inner)
        {
            message["Message"] = inner;
        }

        return JsonSerializer.SerializeToUtf8Bytes(message);
    }

    /// <summary>A sample as SNS sends it: the message as a text.</summary>
    public static PackedSample Pack(ReadOnlyMemory<byte> sample)
    {
        var message = JsonNode.Parse(sample.Span)!.AsObject();
        if (message["Message"] is JsonObject inner)
        {
            message["Message"] = inner.ToJsonString();
        }

        return new PackedSample("text/plain", JsonSerializer.SerializeToUtf8Bytes(message));
    }

    /// <summary>Confirms a subscription by visiting its address, which is Amazon's and was signed; the topic was allowed when it was verified.</summary>
    public static async ValueTask<IntakeAnswer?> ConfirmAsync(IncomingRequest request, JsonElement message)
    {
        if (message.TextAt("Type") != "SubscriptionConfirmation")
        {
            return null;
        }

        if (!Uri.TryCreate(message.TextAt("SubscribeURL"), UriKind.Absolute, out var address) || !SnsCheck.IsAmazons(address))
        {
            return IntakeAnswer.Refused(400, "The subscription's address is not Amazon's", null);
        }

        using var visit = new HttpRequestMessage(HttpMethod.Get, address);
        var (answer, fault) = await request.Services.GetRequiredService<GuardedHttp>().SendAsync(visit, request.Http.HttpContext.RequestAborted);
        return answer is { Status: HttpStatusCode.OK }
            ? IntakeAnswer.Reply(200)
            : IntakeAnswer.Busy($"The subscription could not be confirmed: {fault?.Detail ?? $"Amazon answered {(int)answer!.Status}"}", TimeSpan.FromSeconds(20));
    }

    private static JsonObject? Inner(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(Encoding.UTF8.GetBytes(text), documentOptions: JsonReading.Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
