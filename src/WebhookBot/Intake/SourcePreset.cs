using System.Text.Json;
using WebhookBot.Rules;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>
/// Everything the intake knows of a family of senders. Pure data; the one <see cref="WebhookVerifier"/> and the one
/// <see cref="EventReader"/> work from it.
/// </summary>
public sealed record SourcePreset
{
    /// <summary>What rule files call it.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for the reference page and the editor: who it is, and how it proves itself.</summary>
    public string Description { get; init; } = "";

    /// <summary>How the sender proves itself.</summary>
    public required VerificationScheme Verify { get; init; }

    /// <summary>The event's name without the source's.</summary>
    public required ValueTemplate Event { get; init; }

    /// <summary>The id that is the same when the sender sends the same delivery again.</summary>
    public required ValueTemplate Id { get; init; }

    /// <summary>True when the id is put together from the content and is to be shortened to a hash.</summary>
    public bool HashesId { get; init; }

    /// <summary>What the event is about: the first of these that the request has all parts of.</summary>
    public IReadOnlyList<ValueTemplate> Subjects { get; init; } = [];

    /// <summary>Another name that events answer to, in front of the event's own: <c>alert</c>. Usually null.</summary>
    public string? Family { get; init; }

    /// <summary>Reads the alerts that a payload tells of; null for a sender that sends none.</summary>
    public Func<JsonElement, IReadOnlyList<Alert>>? Alerts { get; init; }

    /// <summary>Where the payload says who did it; null when it does not.</summary>
    public ActorShape? Actor { get; init; }

    /// <summary>How long the same id counts as the same delivery; null means as long as it is kept.</summary>
    public TimeSpan? DedupeWindow { get; init; }

    /// <summary>The largest body the sender sends.</summary>
    public long MaxBodyBytes { get; init; } = 25L << 20;

    /// <summary>The events it is known to send, read when they are first asked for; null when nothing is known.</summary>
    public Lazy<EventCatalog>? Events { get; init; }

    /// <summary>What to do at the sender when it sends another content type.</summary>
    public string ContentTypeAdvice { get; init; } = "send application/json";
}

/// <summary>Where a payload says who did what it tells.</summary>
/// <param name="Member">The member with the actor.</param>
/// <param name="Login">The actor's member with the name.</param>
/// <param name="Type">The actor's member with the kind.</param>
/// <param name="Bot">What that is for a program.</param>
public sealed record ActorShape(string Member, string Login, string Type, string Bot)
{
    /// <summary>Who did it; null when the payload does not say.</summary>
    public EventActor? Read(JsonElement payload) =>
        PayloadText.At(payload, Member, Login) is { } login ? new EventActor(login, PayloadText.At(payload, Member, Type) == Bot) : null;
}
