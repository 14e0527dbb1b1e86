namespace WebhookBot.Journal.LiteDb;

/// <summary>The payloads of a delivery that was put off or given up, and of the records that say nothing but their kind.</summary>
internal static class ReasonFrame
{
    public static PendingFrame Postponed(long sequence, DateTimeOffset now, DateTimeOffset nextAt, string reason)
    {
        var payload = new PayloadWriter(256);
        payload.Int64(nextAt.UtcTicks);
        payload.String(reason);
        return new PendingFrame(FrameKind.Postponed, sequence, now.UtcTicks, payload);
    }

    public static PendingFrame GivenUp(long sequence, DateTimeOffset now, string reason)
    {
        var payload = new PayloadWriter(256);
        payload.Int64(0);
        payload.String(reason);
        return new PendingFrame(FrameKind.GivenUp, sequence, now.UtcTicks, payload);
    }

    public static PendingFrame Interrupted(InterruptedWork work, DateTimeOffset now)
    {
        var payload = new PayloadWriter(16);
        payload.Number(work.Action is { } action ? action + 1 : 0);
        return new PendingFrame(FrameKind.Interrupted, work.Sequence, now.UtcTicks, payload);
    }

    /// <summary>The action that was being tried; null when the delivery was being decided.</summary>
    public static int? ReadInterrupted(ReadOnlySpan<byte> payload) =>
        new PayloadReader(payload).Number() is > 0 and var action ? checked((int)(action - 1)) : null;

    public static PendingFrame Bare(FrameKind kind, long sequence, DateTimeOffset now) =>
        new(kind, sequence, now.UtcTicks, new PayloadWriter(16));

    public static long ReadNextTicks(ReadOnlySpan<byte> payload) => new PayloadReader(payload).Int64();

    public static string ReadReason(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.Int64();
        return reader.String();
    }
}
