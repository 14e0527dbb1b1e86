using System.Text.Json;

namespace WebhookBot.Journal;

/// <summary>Reads the bodies of deliveries.</summary>
public static class DeliveryBody
{
    /// <summary>The intake takes no body that is nested deeper.</summary>
    public const int MaxDepth = 64;

    /// <summary>No delivery that is held is nested deeper: a digest holds the payloads it gathered a few levels down.</summary>
    public const int MaxHeldDepth = MaxDepth + 4;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxHeldDepth };

    /// <summary>A body as JSON, with or without a byte order mark.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> body) => JsonElement.Parse(WithoutMark(body.Span), Options);

    /// <summary>The body behind its byte order mark, if it has one.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) => body.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
