using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Cli;

/// <summary>A delivery as a bot's export gives it: what is needed to decide it again.</summary>
internal sealed record RecordedDelivery(ComparedDelivery Delivery, string Source, JsonElement Payload, IReadOnlyDictionary<string, FactValue> Facts)
{
    // A payload is as deep as the intake takes, and stands one level down; facts are as deep as a document may be.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Reads a line; null, and why, when it is none of a delivery.</summary>
    public static RecordedDelivery? Read(ReadOnlySpan<byte> line, out string problem)
    {
        try
        {
            var json = JsonElement.Parse(line, Deep);
            return json.ValueKind == JsonValueKind.Object ? Read(json, out problem) : Refuse("it is no JSON object", out problem);
        }
        catch (JsonException e)
        {
            return Refuse($"it is no JSON: {e.Message}", out problem);
        }
    }

    /// <summary>The event that a source of that shape makes of it.</summary>
    public WebhookEvent ToEvent(SourcePreset? shape) => EventReader.Complete(
        new WebhookEvent
        {
            DeliveryId = Delivery.Id,
            Source = Source,
            Name = Delivery.Event,
            Subject = Delivery.Subject,
            ReceivedAt = Delivery.ReceivedAt,
            Payload = Payload,
            Facts = Facts,
        },
        shape);

    private static RecordedDelivery? Read(JsonElement json, out string problem)
    {
        var (id, source, name) = (Text(json, "id"u8), Text(json, "source"u8), Text(json, "event"u8));
        if (id is not { Length: > 0 } || source is not { Length: > 0 } || name is null)
        {
            return Refuse("it has no id, source and event", out problem);
        }

        if (name != source && !name.StartsWith(source + ".", StringComparison.Ordinal))
        {
            return Refuse($"{id}: the event '{name}' is none of the source '{source}'", out problem);
        }

        if (!DateTimeOffset.TryParse(Text(json, "received_at"u8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return Refuse($"{id}: it does not say when it was received", out problem);
        }

        if (Text(json, "payload_problem"u8) is { } broken)
        {
            return Refuse($"{id}: {broken}", out problem);
        }

        if (ReadPayload(json) is not { } payload)
        {
            return Refuse($"{id}: it has no payload", out problem);
        }

        if (RecordedFacts.Read(JsonText.TryGetProperty(json, "facts"u8, out var recorded) ? recorded : null) is not { } facts)
        {
            return Refuse($"{id}: its facts are not what a plan holds", out problem);
        }

        problem = "";
        return new RecordedDelivery(new ComparedDelivery(id, name, Text(json, "subject"u8), at.ToUniversalTime()), source, payload, facts);
    }

    // A body with line breaks is given as it came as well, since a template may show them.
    private static JsonElement? ReadPayload(JsonElement json) =>
        Text(json, "body"u8) is { } body ? DeliveryBody.Parse(Encoding.UTF8.GetBytes(body))
        : JsonText.TryGetProperty(json, "payload"u8, out var payload) ? payload
        : null;

    private static string? Text(JsonElement json, ReadOnlySpan<byte> name) =>
        JsonText.TryGetProperty(json, name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.Read(value) : null;

    private static RecordedDelivery? Refuse(string why, out string problem)
    {
        problem = why;
        return null;
    }
}
