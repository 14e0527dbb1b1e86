using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;

namespace WebhookBot.Intake.Presets.Special;

/// <summary>CloudEvents over HTTP. https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md</summary>
internal static class CloudEvents
{
    private const string Prefix = "ce-";

    /// <summary>
    /// An event in binary mode, whose attributes stand in headers, in the structured form that rules read; any other as it is.
    /// </summary>
    public static ReadOnlyMemory<byte> Unfold(IncomingRequest request)
    {
        if (request.ContentType != "application/json" || request.Header("ce-id") is null)
        {
            return request.Body;
        }

        var e = new JsonObject();
        foreach (var header in request.Http.Headers.Where(h => h.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && h.Value.Count == 1))
        {
            // Attributes are percent-encoded in headers.
            e[header.Key[Prefix.Length..].ToLowerInvariant()] = Uri.UnescapeDataString(header.Value[0]!);
        }

        e["datacontenttype"] = request.ContentType;
        e["data"] = JsonNode.Parse(request.Body.Span, documentOptions: JsonReading.Strict);
        return JsonSerializer.SerializeToUtf8Bytes(e);
    }

    public static PackedSample Pack(ReadOnlyMemory<byte> sample) => new("application/cloudevents+json", sample.ToArray());

    /// <summary>
    /// Whether events may be sent: to whoever asks, since nothing is taken that does not verify.
    /// https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection
    /// </summary>
    public static IntakeAnswer? Greet(HttpRequest request)
    {
        if (request.Method != HttpMethods.Options || request.Headers["WebHook-Request-Origin"] is not [{ Length: > 0 and <= 253 } origin] || !origin.All(IsOfHost))
        {
            return null;
        }

        return IntakeAnswer.Reply(200) with
        {
            Headers =
            [
                new("WebHook-Allowed-Origin", origin),
                new("WebHook-Allowed-Rate", request.Headers["WebHook-Request-Rate"] is [{ Length: > 0 and <= 10 } rate] && rate.All(char.IsAsciiDigit) ? rate : "120"),
                new("Allow", "POST"),
            ],
        };
    }

    // It stands in a header of the answer.
    private static bool IsOfHost(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']';
}

/// <summary>Pub/Sub's push messages, whose data is base64. https://cloud.google.com/pubsub/docs/push#receive_push</summary>
internal static class PubSubMessage
{
    /// <summary>The message with its data as JSON, or as text when it is none; data that is not text stays as it is.</summary>
    public static ReadOnlyMemory<byte> Unfold(IncomingRequest request)
    {
        if (JsonNode.Parse(request.Body.Span, documentOptions: JsonReading.Strict) is not JsonObject envelope)
        {
            throw new JsonException("the message is no JSON object");
        }

        if (envelope["message"] is JsonObject message && message["data"] is JsonValue value && value.TryGetValue<string>(out var data) && Decode(data) is { } bytes)
        {
            try
            {
                message["data"] = JsonNode.Parse(bytes, documentOptions: JsonReading.Strict);
            }
            catch (JsonException)
            {
                message["data"] = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : data;
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(envelope);
    }

    public static PackedSample Pack(ReadOnlyMemory<byte> sample)
    {
        var envelope = JsonNode.Parse(sample.Span)!.AsObject();
        if (envelope["message"] is JsonObject message && message["data"] is JsonObject data)
        {
            message["data"] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(data));
        }

        return new PackedSample("application/json", JsonSerializer.SerializeToUtf8Bytes(envelope));
    }

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }
}

/// <summary>SendGrid's batches.</summary>
internal static class SendGridBatch
{
    /// <summary>A batch of one. It ends with a line break, which is signed like the rest.</summary>
    public static PackedSample Pack(ReadOnlyMemory<byte> sample) => new("application/json", [(byte)'[', .. sample.Span.TrimEnd((byte)'\n'), .. "]\r\n"u8]);
}
