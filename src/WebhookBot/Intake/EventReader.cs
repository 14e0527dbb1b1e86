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
    public static WebhookEvent Complete(WebhookEvent e, SourcePreset? shape) => shape is null ? e : e with
    {
        Aliases = shape.Family is { } family ? [family + e.Name[e.Source.Length..]] : [],
        Actor = shape.Actor?.Read(e.Payload),
    };
}
