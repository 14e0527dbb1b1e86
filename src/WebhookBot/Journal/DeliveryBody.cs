using System.Text.Json;

namespace WebhookBot.Journal;

/// <summary>Reads the bodies of deliveries.</summary>
public static class DeliveryBody
{
    /// <summary>The intake takes no body that is nested deeper.</summary>
    public const int MaxDepth = 64;

    // A digest holds the payloads it gathered a few levels down.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth + 4 };

    /// <summary>A body as JSON, with or without a byte order mark.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        var json = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        return JsonElement.Parse(json.Span, Options);
    }
}
