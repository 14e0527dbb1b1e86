namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// What a start needs of a segment without reading its bodies: how many frames it holds, the last sequence, what each
/// delivery is known by, and the marks of the plans. Kept in a sidecar beside each sealed segment; a missing or bad one is made again by reading the segment.
/// </summary>
internal sealed partial class SegmentIndex
{
    private const int FormatVersion = 2;

    // Without marks, which were kept in checkpoints.
    private const int FirstFormat = 1;

    private PayloadWriter _deliveries = new(1 << 16);
    private PayloadWriter _marks = new(1 << 10);

    public int Frames { get; private set; }

    public int Deliveries { get; private set; }

    public long LastSequence { get; private set; }

    /// <summary>Until when the longest of the marks counts, in UTC ticks; 0 without any.</summary>
    public long MarksUntilTicks { get; private set; }

    public void Add(in FrameHeader header, ReadOnlySpan<byte> payload, long offset)
    {
        Frames++;
        LastSequence = Math.Max(LastSequence, header.Sequence);
        if (header.Kind == FrameKind.Delivery)
        {
            AddDelivery(header, payload, offset);
        }
        else if (header.Kind == FrameKind.Carried)
        {
            var delivery = CarriedFrame.Read(payload, new LogPosition(0, offset)).Frames[0];
            AddDelivery(delivery.Header, CarriedFrame.Content(payload, delivery), delivery.Position.Offset);
        }
        else if (header.Kind == FrameKind.Plan)
        {
            // Those of a carried plan stay in the sidecar of the segment that it was carried from.
            AddMarks(PlanFrame.ReadMarks(payload));
        }
    }

    /// <summary>Writes the sidecar. It is checked on reading, so nothing has to be synced.</summary>
    public void Save(LogFile file, SegmentHeader segment, long segmentLength)
    {
        var writer = new PayloadWriter(_deliveries.Length + _marks.Length + 64);
        writer.Number(FormatVersion);
        writer.Number(segment.Number);
        writer.Number(segment.Salt);
        writer.Number(segmentLength);
        writer.Number(Frames);
        writer.Number(Deliveries);
        writer.Number(LastSequence);
        writer.Number(MarksUntilTicks);
        writer.Number(_marks.Length);
        writer.Bytes(_marks.Written);
        writer.Bytes(_deliveries.Written);
        var crc = Crc32C.Of(0, writer.Written);
        BitConverter.TryWriteBytes(writer.Reserve(sizeof(uint)), crc);
        writer.Advance(sizeof(uint));
        file.Write(writer.Written, 0);
        writer.Return();
    }

    /// <summary>Writes the sidecar beside its segment. One that cannot be written is made again by the next start.</summary>
    public void TrySave(LogFolder folder, Segment segment, ILogger logger)
    {
        try
        {
            using var file = folder.Create(SegmentHeader.FileName(segment.Number, SegmentHeader.IndexExtension));
            Save(file, segment.Header, segment.Length);
        }
        catch (IOException exception)
        {
            LogNotSaved(logger, segment.Number, exception);
        }
    }

    /// <summary>What the segment of that number begins with, as far as its sidecar knows; null when that is damaged or another's.</summary>
    public static SegmentHeader? HeaderOf(LogFile file, int number)
    {
        SegmentHeader? header = null;
        TryRead(file, (of, salt, _) =>
        {
            header = of == number ? new SegmentHeader(number, (uint)salt) : null;
            return false;
        });
        return header;
    }

    /// <summary>The sidecar's content, or null when it is not of this segment as it stands.</summary>
    public static SegmentIndex? TryLoad(LogFile file, SegmentHeader segment, long segmentLength) =>
        TryRead(file, (number, salt, length) => number == segment.Number && salt == segment.Salt && length == segmentLength);

    /// <summary>How long that segment was when its sidecar was written; null when the sidecar is damaged or another's.</summary>
    public static long? SealedLength(LogFile file, SegmentHeader segment)
    {
        long? length = null;
        TryRead(file, (number, salt, sealedLength) =>
        {
            length = number == segment.Number && salt == segment.Salt ? sealedLength : null;
            return false;
        });
        return length;
    }

    /// <summary>The content of a sidecar whose segment is gone; null when it is damaged.</summary>
    /// <exception cref="IOException">The disk does not give it out now.</exception>
    public static SegmentIndex? TryLoadOrphan(LogFile file) => TryLoad(file, (_, _, _) => true);

    /// <summary>What a segment holds: from its sidecar, or else by reading it.</summary>
    public static SegmentIndex Load(LogFolder folder, Segment segment)
    {
        var sidecar = SegmentHeader.FileName(segment.Number, SegmentHeader.IndexExtension);
        if (folder.Names().Contains(sidecar))
        {
            using var file = folder.Open(sidecar);
            if (TryLoad(file, segment.Header, segment.Length) is { } loaded)
            {
                return loaded;
            }
        }

        var index = new SegmentIndex();
        using var scanner = new SegmentScanner(segment.File, segment.Header, SegmentHeader.Size, segment.Length);
        while (scanner.Read())
        {
            index.Add(scanner.Header, scanner.Payload, scanner.Offset);
        }

        return index;
    }

    private static SegmentIndex? TryLoad(LogFile file, Func<long, long, long, bool> isOurs)
    {
        var bytes = new byte[file.Length];
        if (file.Read(bytes, 0) != bytes.Length
            || bytes.Length < sizeof(uint)
            || Crc32C.Of(0, bytes.AsSpan(..^sizeof(uint))) != BitConverter.ToUInt32(bytes.AsSpan(^sizeof(uint)..)))
        {
            return null;
        }

        var reader = new PayloadReader(bytes.AsSpan(..^sizeof(uint)));
        var version = reader.Number();
        return version is FirstFormat or FormatVersion && isOurs(reader.Number(), reader.Number(), reader.Number()) ? Read(ref reader, version) : null;
    }

    // What the disk does not give out is as good as damaged: everything in it stands in the segment, too.
    private static SegmentIndex? TryRead(LogFile file, Func<long, long, long, bool> isOurs)
    {
        try
        {
            return TryLoad(file, isOurs);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sidecar of segment {Segment} was not written; the next start reads the segment instead")]
    private static partial void LogNotSaved(ILogger logger, int segment, Exception exception);

    /// <summary>The marks that count after that time.</summary>
    public IReadOnlyList<MarkEntry> MarksAfter(long ticks)
    {
        var marks = new List<MarkEntry>();
        for (var reader = new PayloadReader(MarksUntilTicks > ticks ? _marks.Written : []); !reader.IsAtEnd;)
        {
            var mark = MarkEntry.Read(ref reader);
            if (mark.UntilTicks > ticks)
            {
                marks.Add(mark);
            }
        }

        return marks;
    }

    public void ForEachDelivery(int segment, DeliveryVisitor visit)
    {
        var reader = new PayloadReader(_deliveries.Written);
        while (!reader.IsAtEnd)
        {
            var position = new LogPosition(segment, reader.Number());
            visit(new DeliveryEntry(reader.Number(), position, reader.Int64(), reader.Key(), reader.Key()), ref reader);
            DeliveryNames.Skip(ref reader);
        }
    }

    public void Return()
    {
        _deliveries.Return();
        _marks.Return();
    }

    private static SegmentIndex Read(ref PayloadReader reader, long version)
    {
        var index = new SegmentIndex { Frames = checked((int)reader.Number()), Deliveries = checked((int)reader.Number()), LastSequence = reader.Number() };
        if (version != FirstFormat)
        {
            index.MarksUntilTicks = reader.Number();
            index._marks.Bytes(reader.Bytes(checked((int)reader.Number())));
        }

        index._deliveries.Bytes(reader.Rest);
        return index;
    }

    private void AddMarks(MarkEntry[] marks)
    {
        foreach (var mark in marks)
        {
            MarksUntilTicks = Math.Max(MarksUntilTicks, mark.UntilTicks);
            mark.Write(ref _marks);
        }
    }

    private void AddDelivery(in FrameHeader header, ReadOnlySpan<byte> payload, long offset)
    {
        const int KeyBytes = 32;
        Deliveries++;
        _deliveries.Number(offset);
        _deliveries.Number(header.Sequence);
        _deliveries.Int64(header.Ticks);
        _deliveries.Bytes(payload[..KeyBytes]);
        var names = new PayloadReader(payload[KeyBytes..]);
        var before = names.Rest.Length;
        DeliveryNames.Skip(ref names);
        _deliveries.Bytes(payload.Slice(KeyBytes, before - names.Rest.Length));
    }
}

/// <summary>The fixed part of what a delivery is known by.</summary>
internal readonly record struct DeliveryEntry(long Sequence, LogPosition Position, long ReceivedTicks, UInt128 DedupeKey, UInt128 IdKey);

/// <summary>Is shown an entry, with the reader at its names.</summary>
internal delegate void DeliveryVisitor(in DeliveryEntry entry, ref PayloadReader names);
