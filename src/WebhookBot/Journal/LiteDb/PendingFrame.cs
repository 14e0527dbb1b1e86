namespace WebhookBot.Journal.LiteDb;

/// <summary>Frames that are made when the writing thread comes to them; the task tells how many there were.</summary>
internal sealed class PendingWork(Func<IReadOnlyList<PendingFrame>> make) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Func<IReadOnlyList<PendingFrame>> Make => make;
}

/// <summary>A frame on its way to the disk; the task completes when it is durable and the live state shows it.</summary>
internal sealed class PendingFrame(FrameKind kind, long sequence, long ticks, PayloadWriter payload)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    // Of the payload alone, so that the caller's thread does this work and not the one thread that writes.
    private readonly uint _crc = Crc32C.Of(0, payload.Written);

    public FrameKind Kind => kind;

    public ReadOnlySpan<byte> Payload => payload.Written;

    public int TotalLength => FrameHeader.Size + payload.Length;

    /// <summary>The writer numbers deliveries in the order in which they are written.</summary>
    public long Sequence { get; set; } = sequence;

    /// <summary>Where it was written.</summary>
    public LogPosition Position { get; set; }

    public FrameHeader Header => new(kind, Sequence, ticks, payload.Length, _crc);

    public void ReturnBuffer() => payload.Return();
}
