using System.Buffers;
using System.Text;
using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Actions.Digests;

/// <summary>
/// The payload of a digest: <c>{ "rule", "key", "count", "events": [...] }</c>. Each event has its payload's own fields, <c>alert</c>
/// when it is one, and <c>delivery</c> with its id, source, event, subject and received_at.
/// </summary>
internal sealed class DigestBody : IDisposable
{
    // What does not fit any more is told by its delivery alone.
    private const int MostPayloadBytes = 16 << 20;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;

    private readonly IAlertSources _alerts;

    public DigestBody(string rule, string key, IAlertSources alerts)
    {
        _alerts = alerts;
        _writer = new Utf8JsonWriter(_buffer, JsonText.Readable);
        _writer.WriteStartObject();
        _writer.WriteString("rule", rule);
        _writer.WriteString("key", key);
        _writer.WriteStartArray("events");
    }

    public int Count { get; private set; }

    /// <summary>Whether a digest has that delivery among its events.</summary>
    public static bool Holds(ReadOnlySpan<byte> digest, string deliveryId) =>
        digest.IndexOf(Encoding.UTF8.GetBytes($"\"delivery\":{{\"id\":\"{deliveryId}\"")) >= 0;

    public void Add(Delivery delivery)
    {
        Count++;
        _writer.WriteStartObject();
        if (_writer.BytesCommitted + _writer.BytesPending + delivery.Body.Length < MostPayloadBytes)
        {
            WritePayload(delivery, DeliveryBody.Parse(delivery.Body));
        }

        _writer.WriteStartObject("delivery");
        _writer.WriteString("id", delivery.Id);
        _writer.WriteString("source", delivery.Source);
        _writer.WriteString("event", delivery.Event);
        _writer.WriteString("subject", delivery.Subject);
        _writer.WriteString("received_at", Timestamps.ToText(delivery.ReceivedAt));
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    public ReadOnlyMemory<byte> ToBytes()
    {
        _writer.WriteEndArray();
        _writer.WriteNumber("count", Count);
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _writer.Dispose();

    private void WritePayload(Delivery delivery, JsonElement payload)
    {
        var alert = _alerts.View(delivery.Source, payload, delivery.Subject);
        if (alert is not null)
        {
            _writer.WritePropertyName(Alert.Family);
            JsonText.Write(alert.ToJson(), _writer);
        }

        if (payload.ValueKind != JsonValueKind.Object)
        {
            _writer.WritePropertyName("payload");
            JsonText.Write(payload, _writer);
            return;
        }

        foreach (var member in payload.EnumerateObject())
        {
            var name = JsonText.Name(member);
            if (name != "delivery" && (alert is null || name != Alert.Family))
            {
                _writer.WritePropertyName(name);
                JsonText.Write(member.Value, _writer);
            }
        }
    }
}
