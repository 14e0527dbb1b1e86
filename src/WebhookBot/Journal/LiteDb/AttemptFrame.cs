namespace WebhookBot.Journal.LiteDb;

/// <summary>The payload of an attempt, with the bookmark that became true together with it.</summary>
internal static class AttemptFrame
{
    public static PendingFrame Encode(long sequence, int action, Attempt attempt, Bookmark? bookmark)
    {
        var payload = new PayloadWriter(512);
        payload.Number(action);
        payload.Byte((byte)attempt.Status);
        payload.Int64(attempt.NextAt?.UtcTicks ?? 0);
        payload.Byte(bookmark is null ? (byte)0 : (byte)1);
        if (bookmark is not null)
        {
            payload.Key(ContentKey.Of(bookmark.Key));
            payload.String(bookmark.Key);
            payload.String(bookmark.Value);
        }

        payload.String(attempt.Detail);
        return new PendingFrame(FrameKind.Attempt, sequence, attempt.At.UtcTicks, payload);
    }

    public static (int Action, ActionStatus Status, long NextTicks, UInt128? Bookmark) ReadOutline(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return (checked((int)reader.Number()), (ActionStatus)reader.Byte(), reader.Int64(), reader.Byte() == 0 ? null : reader.Key());
    }

    public static (int Action, Attempt Attempt, Bookmark? Bookmark) Read(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var action = checked((int)reader.Number());
        var status = (ActionStatus)reader.Byte();
        var next = reader.Int64();
        Bookmark? bookmark = null;
        if (reader.Byte() != 0)
        {
            reader.Key();
            bookmark = new Bookmark(reader.String(), reader.String());
        }

        var at = new DateTimeOffset(header.Ticks, TimeSpan.Zero);
        DateTimeOffset? nextAt = next == 0 ? null : new DateTimeOffset(next, TimeSpan.Zero);
        return (action, new Attempt(at, status, reader.String(), nextAt), bookmark);
    }
}
