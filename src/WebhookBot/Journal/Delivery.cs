namespace WebhookBot.Journal;

/// <summary>A verified request that is to be written down.</summary>
public sealed record DeliveryDraft
{
    /// <summary>The name of the source it came to.</summary>
    public required string Source { get; init; }

    /// <summary>The sender's own id of this delivery, or one made from the content; unique within the source.</summary>
    public required string SenderId { get; init; }

    /// <summary><c>source.type.action</c>.</summary>
    public required string Event { get; init; }

    /// <summary>What it is about and is worked off in order of; null when it stands alone.</summary>
    public string? Subject { get; init; }

    /// <summary>When it was received.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>How long the same <see cref="SenderId"/> counts as the same delivery; null means as long as it is kept.</summary>
    public TimeSpan? DedupeWindow { get; init; }

    /// <summary>The headers worth keeping; those that carry secrets are redacted already.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The raw bytes as received. Read until the append completes, never after.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>A delivery as it is held.</summary>
public sealed record Delivery
{
    /// <summary>The id people and programs use: the sender's where that is unique and harmless, else one of ours.</summary>
    public required string Id { get; init; }

    /// <summary>The order of arrival; later deliveries have larger numbers.</summary>
    public required long Sequence { get; init; }

    public required string Source { get; init; }

    public required string SenderId { get; init; }

    public required string Event { get; init; }

    public string? Subject { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What it replays; null when it came in by itself.</summary>
    public ReplayOrder? Replay => ReplayOrder.Read(Headers);
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>Held, nothing decided yet.</summary>
    Received,

    /// <summary>Decided; some action has not been tried yet.</summary>
    Planned,

    /// <summary>Every action has ended well, was skipped, or was in shadow.</summary>
    Done,

    /// <summary>Every action has been tried and at least one will be tried again, or deciding will.</summary>
    Retrying,

    /// <summary>At least one action has used up its attempts and none is left to try, or nothing could be decided.</summary>
    Dead,

    /// <summary>No rule matched.</summary>
    Ignored,
}

/// <summary>The answer of an append, given only after the delivery is durable.</summary>
/// <param name="Id">The id of the delivery, the first one's for a duplicate.</param>
/// <param name="IsDuplicate">True when the delivery was already held and nothing was written.</param>
public readonly record struct AppendReceipt(string Id, bool IsDuplicate);
