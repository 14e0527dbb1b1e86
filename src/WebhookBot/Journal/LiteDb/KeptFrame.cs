namespace WebhookBot.Journal.LiteDb;

/// <summary>The payload of a bookmark that belongs to no attempt.</summary>
internal static partial class KeptFrame
{
    public static PendingFrame Encode(Bookmark bookmark, DateTimeOffset now)
    {
        var payload = new PayloadWriter(256);
        payload.Key(ContentKey.Of(bookmark.Key));
        payload.String(bookmark.Key);
        payload.String(bookmark.Value);
        return new PendingFrame(FrameKind.Kept, 0, now.UtcTicks, payload);
    }

    public static UInt128 ReadKey(ReadOnlySpan<byte> payload) => new PayloadReader(payload).Key();

    /// <summary>What that frame keeps: one of these, or an attempt with a bookmark; else null.</summary>
    public static Bookmark? BookmarkOf(in Frame frame) =>
        frame.Header.Kind == FrameKind.Kept ? Read(frame.Payload) : AttemptFrame.Read(frame.Header, frame.Payload).Bookmark;

    /// <summary>Tells of one that cannot be read.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "A text that an action kept in segment {Segment} cannot be read any more; what it belongs to is made anew")]
    public static partial void LogLost(ILogger logger, int segment, Exception exception);

    private static Bookmark Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.Key();
        return new Bookmark(reader.String(), reader.String());
    }
}
