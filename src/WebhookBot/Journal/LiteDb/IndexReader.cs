namespace WebhookBot.Journal.LiteDb;

/// <summary>A stretch of the log, added up into documents.</summary>
internal sealed record IndexBatch(IReadOnlyCollection<IndexDocument> Documents, IndexPosition Position);

/// <summary>Reads the log on behalf of the index, from where the index stands up to what is durable.</summary>
internal sealed partial class IndexReader(Log log, ILogger logger)
{
    // Large batches turn the steps of one delivery into one document written once.
    private const int MostFrames = 2000;

    /// <summary>The next stretch, or null at the end.</summary>
    public IndexBatch? Read(IndexDatabase database, IndexPosition position)
    {
        var committed = log.Committed;
        if (position.Next >= committed || log.FindFrom(position.Next.Segment) is not { } segment)
        {
            return null;
        }

        var start = segment.Number == position.Next.Segment ? position.Next.Offset : SegmentHeader.Size;
        var isCurrent = segment.Number == committed.Segment;
        var end = isCurrent ? committed.Offset : segment.Length;
        if (start >= end)
        {
            return isCurrent ? null : new IndexBatch([], Behind(position, segment));
        }

        return Read(database, position, segment, start, end);
    }

    private IndexBatch Read(IndexDatabase database, IndexPosition position, Segment segment, long start, long end)
    {
        var documents = new Dictionary<long, IndexDocument>();
        using var scanner = new SegmentScanner(segment.File, segment.Header, start, end);
        var (frames, deliveries, next) = (0, 0, end);
        while (scanner.Read())
        {
            Report(scanner.Damage);
            deliveries += Add(database, documents, scanner.Header, scanner.Payload, new LogPosition(segment.Number, scanner.Offset)) ? 1 : 0;
            if (++frames == MostFrames)
            {
                next = scanner.End;
                break;
            }
        }

        Report(scanner.Damage);
        return new IndexBatch(documents.Values, new IndexPosition(
            new LogPosition(segment.Number, next), (start == SegmentHeader.Size ? 0 : position.Frames) + frames, position.Deliveries + deliveries, segment.Header.Salt));
    }

    /// <summary>True for a new delivery.</summary>
    private static bool Add(
        IndexDatabase database, Dictionary<long, IndexDocument> documents, in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        if (!header.IsOfDelivery)
        {
            return false;
        }

        if (header.Kind == FrameKind.Delivery)
        {
            var meta = DeliveryFrame.ReadMeta(header, payload, position);
            documents.Add(header.Sequence, new IndexDocument(meta, new DeliveryProgress(), []) { IsNew = true });
            return true;
        }

        if (header.Kind == FrameKind.Carried)
        {
            return Restart(database, documents, header, payload, position);
        }

        if (!documents.TryGetValue(header.Sequence, out var document))
        {
            document = database.Find(header.Sequence);
            if (document is null)
            {
                return false;
            }

            documents.Add(header.Sequence, document);
        }

        document.Apply(header, payload, position);
        return false;
    }

    // Everything that was known of it stands in there again.
    private static bool Restart(
        IndexDatabase database, Dictionary<long, IndexDocument> documents, in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        var isNew = documents.TryGetValue(header.Sequence, out var before) ? before.IsNew : database.Find(header.Sequence) is null;
        var isFound = before is not null || !isNew;
        documents[header.Sequence] = CarriedFrame.ReadDocument(payload, position, isNew);
        return !isFound;
    }

    private IndexPosition Behind(IndexPosition position, Segment segment) =>
        log.FindFrom(segment.Number + 1) is { } next
            ? position with { Next = new LogPosition(next.Number, SegmentHeader.Size), Frames = 0, Salt = next.Header.Salt }
            : position;

    private void Report(DamagedRange? damage)
    {
        if (damage is { } range)
        {
            LogDamaged(range.Segment, range.Offset, range.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} of the journal is damaged: {Length} bytes from {Offset} are no records and are passed over")]
    private partial void LogDamaged(int segment, long offset, long length);
}
