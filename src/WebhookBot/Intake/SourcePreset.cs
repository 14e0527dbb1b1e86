using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Rules;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>
/// Everything the intake knows of a family of senders. Nearly all of it data; the one <see cref="WebhookVerifier"/> and the one
/// <see cref="EventReader"/> work from it.
/// </summary>
public sealed record SourcePreset
{
    /// <summary>What rule files call it.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for the reference page and the editor: who it is, and how it proves itself.</summary>
    public string Description { get; init; } = "";

    /// <summary>The ways in which the sender may prove itself; any of them is enough.</summary>
    public IReadOnlyList<VerificationScheme> Verify { get; init; } = [];

    /// <summary>A way that takes code; null for most.</summary>
    internal Func<CheckInput, IRequestCheck>? OwnCheck { get; init; }

    /// <summary>Whether a source needs a secret; those whose senders publish their keys do not.</summary>
    public bool NeedsSecret { get; init; } = true;

    /// <summary>What a source must and may say besides.</summary>
    public IReadOnlyList<PresetOption> Options { get; init; } = [];

    /// <summary>The event's name without the source's: the first of these that the request has all parts of.</summary>
    public required IReadOnlyList<ValueTemplate> Events { get; init; }

    /// <summary>Other names for what <see cref="Events"/> gives, for senders that send numbers.</summary>
    public IReadOnlyDictionary<string, string> EventNames { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The id that is the same when the sender sends the same delivery again: the first of these that the request has all parts of. With
    /// none, the same body is the same delivery.
    /// </summary>
    public IReadOnlyList<ValueTemplate> Ids { get; init; } = [];

    /// <summary>True when the id is put together from the content and is to be shortened to a hash.</summary>
    public bool HashesId { get; init; }

    /// <summary>What the event is about: the first of these that the request has all parts of.</summary>
    public IReadOnlyList<ValueTemplate> Subjects { get; init; } = [];

    /// <summary>Reads the alerts that a payload tells of; null for a sender that sends none. Its events are <c>alert.*</c> too.</summary>
    public Func<JsonElement, IReadOnlyList<Alert>>? Alerts { get; init; }

    /// <summary>Where the payload says who did it; null when it does not.</summary>
    public ActorShape? Actor { get; init; }

    /// <summary>How long the same id counts as the same delivery; null means as long as it is kept.</summary>
    public TimeSpan? DedupeWindow { get; init; }

    /// <summary>The largest body the sender sends.</summary>
    public long MaxBodyBytes { get; init; } = 1L << 20;

    /// <summary>How long it waits for the answer before it gives up; null when its documentation does not say.</summary>
    public TimeSpan? Waits { get; init; }

    /// <summary>The content types it sends, in small letters.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = ["application/json"];

    /// <summary>What to do at the sender when it sends another content type.</summary>
    public string ContentTypeAdvice { get; init; } = "send application/json";

    /// <summary>Makes the JSON that rules read out of a verified body that is something else, or has JSON packed into it.</summary>
    internal Func<IncomingRequest, ReadOnlyMemory<byte>>? Unfold { get; init; }

    /// <summary>What <see cref="Unfold"/> unfolds, made out of a sample; what <c>send</c> sends.</summary>
    internal Func<ReadOnlyMemory<byte>, PackedSample>? Pack { get; init; }

    /// <summary>True when a body may be an array of events, each of which is then a delivery of its own.</summary>
    public bool Splits { get; init; }

    /// <summary>The path of the list of things that one event tells of: the <c>items</c> of a condition; null when there is none.</summary>
    public string? Items { get; init; }

    /// <summary>Answers verified requests that are no events but want an answer: challenges, pings. Null for most.</summary>
    internal Func<IncomingRequest, JsonElement, ValueTask<IntakeAnswer?>>? Handshake { get; init; }

    /// <summary>Requests that are answered before they are verified, because nothing is done about them; null for most.</summary>
    internal Func<HttpRequest, IntakeAnswer?>? Greeting { get; init; }

    /// <summary>The answer that the sender wants to a delivery that was taken.</summary>
    public WantedAnswer Answer { get; init; }

    /// <summary>The answer to what was taken where that hangs on what it is; null, or giving null, for <see cref="Answer"/>.</summary>
    internal Func<JsonElement, IntakeAnswer?>? Acknowledge { get; init; }

    /// <summary>The preset whose events and samples these are; its own when null.</summary>
    public string? EventsOf { get; init; }
}

/// <summary>How a delivery that was taken is answered.</summary>
public enum WantedAnswer
{
    /// <summary>202 with its id.</summary>
    Receipt,

    /// <summary>200 with no body, which the sender would show to a person.</summary>
    Empty,

    /// <summary>204.</summary>
    NoContent,
}

/// <summary>A sample as it goes over the wire.</summary>
/// <param name="ContentType">Its content type.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record PackedSample(string ContentType, byte[] Body);

/// <summary>Where a payload says who did what it tells.</summary>
/// <param name="Member">The member with the actor.</param>
/// <param name="Login">The actor's member with the name.</param>
/// <param name="Type">The actor's member with the kind.</param>
/// <param name="Bot">What that is for a program.</param>
public sealed record ActorShape(string Member, string Login, string Type, string Bot)
{
    /// <summary>Who did it; null when the payload does not say.</summary>
    public EventActor? Read(JsonElement payload) =>
        payload.TextAt(Member, Login) is { } login ? new EventActor(login, payload.TextAt(Member, Type) == Bot) : null;
}
