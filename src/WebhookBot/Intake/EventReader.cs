using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Intake;

/// <summary>Makes the event that rules read out of a delivery that is held.</summary>
internal sealed class EventReader(SourceRegistry sources)
{
    /// <summary>The event of that delivery.</summary>
    /// <exception cref="JsonException">The body is no JSON; the intake refuses such bodies.</exception>
    public WebhookEvent Read(Delivery delivery)
    {
        var e = new WebhookEvent
        {
            DeliveryId = delivery.Id,
            Source = delivery.Source,
            Name = delivery.Event,
            Subject = delivery.Subject,
            ReceivedAt = delivery.ReceivedAt,
            Payload = DeliveryBody.Parse(delivery.Body),
        };
        return Complete(e, sources.Find(delivery.Source)?.Shape);
    }

    /// <summary>The event with what a source of that shape tells besides: the other names it answers to, and who did it.</summary>
    public static WebhookEvent Complete(WebhookEvent e, SourcePreset? shape)
    {
        if (shape is null)
        {
            return e;
        }

        var views = new Dictionary<string, JsonElement>();
        if (shape.Items is { } items && e.Payload.At(items) is { ValueKind: JsonValueKind.Array } list)
        {
            views["items"] = list;
        }

        var alert = AlertOf(shape, e.Payload, e.Subject);
        if (alert is not null)
        {
            views[Alert.Family] = alert.ToJson();
        }

        return e with
        {
            Aliases = alert is not null ? [$"{Alert.Family}.{alert.Status}"] : [],
            Actor = shape.Actor?.Read(e.Payload),
            Views = views,
        };
    }

    /// <summary>The alert that an event with that payload is; null when it is none.</summary>
    public static Alert? AlertOf(SourcePreset shape, JsonElement payload, string? subject)
    {
        var alerts = shape.Alerts?.Invoke(payload) ?? [];

        // Who sends groups is known again by the group, whatever comes and goes in it.
        return alerts.Count == 0 ? null : shape.Items is null ? alerts[0] : Alert.Group(alerts, subject ?? alerts[0].Fingerprint);
    }
}
