using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>What rules read: a delivery, named and parsed.</summary>
public sealed record WebhookEvent
{
    /// <summary>The id of the delivery that this event came in with.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>The name of the source, as the rule files name it.</summary>
    public required string Source { get; init; }

    /// <summary><c>source.type.action</c>, in the sender's own words: <c>github.pull_request.opened</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Other names the event answers to, such as <c>alert.firing</c>. Usually none.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What the event is about and is serialised by (<c>github:acme/shop#42</c>), or null when it stands alone.</summary>
    public string? Subject { get; init; }

    /// <summary>Who did what the event tells; null when the sender does not say.</summary>
    public EventActor? Actor { get; init; }

    /// <summary>When the delivery was received; the "now" of every condition.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The sender's JSON, untouched.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>
    /// What is read out of the payload for all senders alike: <c>alert</c>, in the words that all alert sources share, and <c>items</c>, the
    /// things that one event tells of. They stand in front of payload fields of the same name, which <c>payload.</c> reaches.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Views { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Facts fetched so far, by name without the leading <c>facts.</c>.</summary>
    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = new Dictionary<string, FactValue>();
}

/// <summary>Who did what an event tells.</summary>
/// <param name="Login">The name at the sender's.</param>
/// <param name="IsBot">Whether it is a program.</param>
public sealed record EventActor(string Login, bool IsBot);
