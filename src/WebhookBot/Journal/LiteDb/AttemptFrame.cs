namespace WebhookBot.Journal.LiteDb;

/// <summary>The payload of an attempt, with the bookmark that became true together with it.</summary>
internal static class AttemptFrame
{
    // In the byte that says what follows.
    private const int HasBookmark = 1;
    private const int IsLeftOut = 2;

    public static PendingFrame Encode(long sequence, int action, Attempt attempt, Bookmark? bookmark)
    {
        var payload = new PayloadWriter(512);
        payload.Number(action);
        payload.Byte((byte)attempt.Status);
        payload.Int64(attempt.NextAt?.UtcTicks ?? 0);
        payload.Byte((byte)((bookmark is null ? 0 : HasBookmark) | (attempt.LeftOutFor is null ? 0 : IsLeftOut)));
        if (attempt.LeftOutFor is { } other)
        {
            payload.Number(other);
        }

        if (bookmark is not null)
        {
            payload.Key(ContentKey.Of(bookmark.Key));
            payload.String(bookmark.Key);
            payload.String(bookmark.Value);
        }

        payload.String(attempt.Detail);
        return new PendingFrame(FrameKind.Attempt, sequence, attempt.At.UtcTicks, payload);
    }

    public static AttemptOutline ReadOutline(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return ReadOutline(ref reader);
    }

    public static (int Action, Attempt Attempt, Bookmark? Bookmark) Read(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var outline = ReadOutline(ref reader);
        var bookmark = outline.Bookmark is null ? null : new Bookmark(reader.String(), reader.String());
        var at = new DateTimeOffset(header.Ticks, TimeSpan.Zero);
        DateTimeOffset? nextAt = outline.NextTicks == 0 ? null : new DateTimeOffset(outline.NextTicks, TimeSpan.Zero);
        return (outline.Action, new Attempt(at, outline.Status, reader.String(), nextAt) { LeftOutFor = outline.LeftOutFor }, bookmark);
    }

    private static AttemptOutline ReadOutline(ref PayloadReader reader)
    {
        var (action, status, next, flags) = (checked((int)reader.Number()), (ActionStatus)reader.Byte(), reader.Int64(), reader.Byte());
        return new AttemptOutline(action, status, next)
        {
            LeftOutFor = (flags & IsLeftOut) != 0 ? checked((int)reader.Number()) : null,
            Bookmark = (flags & HasBookmark) != 0 ? reader.Key() : null,
        };
    }
}

/// <summary>What an attempt means for where its action stands.</summary>
internal readonly record struct AttemptOutline(int Action, ActionStatus Status, long NextTicks)
{
    /// <inheritdoc cref="Attempt.LeftOutFor" />
    public int? LeftOutFor { get; init; }

    /// <summary>What it keeps is kept under this.</summary>
    public UInt128? Bookmark { get; init; }
}
