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
            Aliases = Aliases(shape, delivery.Source, delivery.Event),
            Subject = delivery.Subject,
            ReceivedAt = delivery.ReceivedAt,
            Actor = shape?.Actor?.Read(payload),
            Payload = payload,
        };
    }

    /// <summary>The names that an event of a source of that shape answers to besides its own.</summary>
    public static IReadOnlyList<string> Aliases(SourcePreset? shape, string source, string name) =>
        shape?.Family is { } family ? [family + name[source.Length..]] : [];
}
