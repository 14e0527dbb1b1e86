namespace WebhookBot.Journal.LiteDb;

/// <summary>One of the frames that a delivery consists of, inside a carried one.</summary>
internal readonly record struct InnerFrame(FrameHeader Header, LogPosition Position, int Start);

/// <summary>
/// The payload of a delivery that is carried forward out of a segment that is to be dropped: its own frame and those of all that came of it,
/// as they were, in their order. They can be read by their positions like any others; a search for frames never finds them, so that a story
/// that is torn is no story.
/// </summary>
internal static class CarriedFrame
{
    // Nobody looks for inner frames, so the checksum of their headers needs no secret of the segment.
    private const uint Seed = 0x5743_4152;

    /// <param name="delivery">Whose story it is.</param>
    /// <param name="frames">The delivery's own frame, and its others in their order.</param>
    /// <param name="now">The time.</param>
    public static PendingFrame Encode(DeliveryState delivery, IReadOnlyList<Frame> frames, DateTimeOffset now)
    {
        var payload = new PayloadWriter(frames.Sum(frame => FrameHeader.Size + frame.Payload.Length) + 32);
        payload.Int64(delivery.Position.Value);
        payload.Number(delivery.Progress.Duplicates);
        foreach (var frame in frames)
        {
            frame.Header.Write(payload.Reserve(FrameHeader.Size), Seed);
            payload.Advance(FrameHeader.Size);
            payload.Bytes(frame.Payload);
        }

        return new PendingFrame(FrameKind.Carried, delivery.Sequence, now.UtcTicks, payload);
    }

    /// <summary>Reads a header at a place that is inside a carried frame.</summary>
    public static bool TryReadInner(ReadOnlySpan<byte> from, out FrameHeader header) => FrameHeader.TryRead(from, Seed, out header);

    /// <summary>Where the delivery stood before, how often it had come again, and its frames.</summary>
    /// <exception cref="InvalidDataException">It is not what its checksum vouches for.</exception>
    public static (LogPosition Before, int Duplicates, List<InnerFrame> Frames) Read(ReadOnlySpan<byte> payload, LogPosition position)
    {
        var reader = new PayloadReader(payload);
        var before = new LogPosition(reader.Int64());
        var duplicates = checked((int)reader.Number());
        var frames = new List<InnerFrame>();
        for (var at = payload.Length - reader.Rest.Length; at < payload.Length;)
        {
            if (!TryReadInner(payload[at..], out var header) || payload.Length - at < header.TotalLength)
            {
                throw new InvalidDataException($"The carried record in segment {position.Segment} at {position.Offset} is damaged.");
            }

            var start = at + FrameHeader.Size;
            frames.Add(new InnerFrame(header, new LogPosition(position.Segment, position.Offset + FrameHeader.Size + at), start));
            at = start + header.Length;
        }

        return frames is [{ Header.Kind: FrameKind.Delivery }, ..]
            ? (before, duplicates, frames)
            : throw new InvalidDataException($"The carried record in segment {position.Segment} at {position.Offset} begins with no delivery.");
    }

    /// <summary>The delivery with all that came of it, as the index holds it.</summary>
    public static IndexDocument ReadDocument(ReadOnlySpan<byte> payload, LogPosition position, bool isNew)
    {
        var (_, duplicates, frames) = Read(payload, position);
        var document = new IndexDocument(ReadMeta(payload, frames[0]), new DeliveryProgress(), []) { IsNew = isNew };
        foreach (var frame in frames.Skip(1))
        {
            document.Apply(frame.Header, Content(payload, frame), frame.Position);
        }

        document.Progress.Duplicates = duplicates;
        return document;
    }

    /// <summary>What the delivery is known by, with its new place.</summary>
    private static DeliveryMeta ReadMeta(ReadOnlySpan<byte> payload, in InnerFrame delivery) =>
        DeliveryFrame.ReadMeta(delivery.Header, Content(payload, delivery), delivery.Position);

    /// <summary>The content of one of its frames.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> payload, in InnerFrame frame) => payload.Slice(frame.Start, frame.Header.Length);
}
