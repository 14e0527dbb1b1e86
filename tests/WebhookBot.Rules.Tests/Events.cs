using System.Text.Json;

namespace WebhookBot.Rules.Tests;

/// <summary>Builds events.</summary>
internal static class Events
{
    /// <summary>A Monday noon.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    public static WebhookEvent Of(string payload, string name = "github.push", DateTimeOffset? at = null, string[]? aliases = null, params (string Name, FactValue Value)[] facts) => new()
    {
        DeliveryId = "d-1",
        Source = name.Split('.')[0],
        Name = name,
        Aliases = aliases ?? [],
        Subject = "github:acme/shop",
        ReceivedAt = at ?? Noon,
        Payload = Json(payload),
        Facts = facts.ToDictionary(f => f.Name, f => f.Value),
    };

    public static JsonElement Json(string json) => JsonElement.Parse(json);

    public static FactValue Known(string json) => FactValue.Known(Json(json));

    public static FactValue Truncated(string json) => FactValue.Truncated(Json(json));
}
