using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Intake;

/// <summary>Makes the event that rules read out of a delivery that is held.</summary>
public sealed class EventReader(SourceRegistry sources)
{
    /// <summary>The event of that delivery.</summary>
    /// <exception cref="JsonException">The body is no JSON; the intake refuses such bodies.</exception>
    public WebhookEvent Read(Delivery delivery)
    {
        var shape = sources.Find(delivery.Source)?.Shape;
        var payload = DeliveryBody.Parse(delivery.Body);
        return new WebhookEvent
        {
            DeliveryId = delivery.Id,
            Source = delivery.Source,
            Name = delivery.Event,
            Aliases = shape?.Family is { } family ? [family + delivery.Event[delivery.Source.Length..]] : [],
            Subject = delivery.Subject,
            ReceivedAt = delivery.ReceivedAt,
            Actor = shape?.Actor?.Read(payload),
            Payload = payload,
        };
    }
}
