namespace WebhookBot.Journal.LiteDb;

/// <summary>What a start found in the log.</summary>
internal sealed record RecoveredLog(SegmentIndex LastIndex, long LastSequence);

/// <summary>
/// Brings the live state back from the log alone: the newest good checkpoint, what was written after it, and the sidecars of what
/// lies before it.
/// </summary>
internal sealed partial class LogRecovery(Log log, LiveState state, ILogger logger)
{
    /// <summary>What the file of a segment is called when it is kept for a person to look at.</summary>
    public const string DamagedExtension = SegmentHeader.LogExtension + ".damaged";

    private long _lastSequence;

    public RecoveredLog Recover()
    {
        var names = log.Folder.Names();
        var numbers = names.Select(SegmentHeader.NumberOf).OfType<int>().Order().ToList();
        foreach (var number in numbers)
        {
            Open(number, isLast: number == numbers[^1]);
        }

        LoadOrphans();
        var segments = log.Segments.ToList();
        var start = LoadCheckpoint(segments);
        var lastIndex = new SegmentIndex();
        foreach (var segment in segments)
        {
            lastIndex.Return();
            var isReplayed = segment.Number >= start;
            var isLast = segment == segments[^1];
            lastIndex = (isLast ? null : LoadIndex(segment, names, isReplayed)) ?? Scan(segment, isReplayed, isLast);
            _lastSequence = Math.Max(_lastSequence, lastIndex.LastSequence);
            log.Advance(new LogPosition(segment.Number, segment.Length), lastIndex.Frames);
        }

        MakeDurable(segments.Where(segment => segment.Number >= start));
        if (state.CompleteRecovery(segments.Count == 0 ? 0 : segments[0].Number) is > 0 and var lost)
        {
            LogLost(lost);
        }

        return new RecoveredLog(lastIndex, _lastSequence);
    }

    // The process before may have ended between writing and syncing, or making a file and syncing its name. From now on all of it counts.
    private void MakeDurable(IEnumerable<Segment> replayed)
    {
        foreach (var segment in replayed)
        {
            segment.File.Sync();
        }

        log.Folder.Sync();
    }

    private void Open(int number, bool isLast)
    {
        var name = SegmentHeader.FileName(number, SegmentHeader.LogExtension);
        var file = log.Folder.Open(name);
        var bytes = new byte[SegmentHeader.Size + FrameHeader.Size];
        file.Read(bytes, 0);
        var length = file.Length;
        if (SegmentHeader.TryRead(bytes, number, out var header))
        {
            // Other frames tell other times than that of their writing.
            FrameHeader.TryRead(bytes.AsSpan(SegmentHeader.Size), header.Seed(SegmentHeader.Size), out var first);
            log.Add(new Segment(header, file, length) { BeganTicks = first.Kind == FrameKind.Checkpoint ? first.Ticks : 0 }, 0);
            return;
        }

        file.Dispose();
        if (isLast && length <= SegmentHeader.Size)
        {
            LogNeverBegun(number);
            return;
        }

        // Its salt is gone, so nothing in it can be told from noise; kept for a person to look at.
        LogDamaged(number, 0, length);
        log.Folder.Rename(name, SegmentHeader.FileName(number, DamagedExtension));
    }

    /// <summary>The number of the segment to replay from.</summary>
    private int LoadCheckpoint(List<Segment> segments)
    {
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            using var scanner = new SegmentScanner(segments[i].File, segments[i].Header, SegmentHeader.Size, segments[i].Length);
            if (scanner.Read() && scanner.Damage is null && scanner.Header.Kind == FrameKind.Checkpoint)
            {
                state.LoadCheckpoint(scanner.Header, scanner.Payload);
                _lastSequence = scanner.Header.Sequence;
                return segments[i].Number;
            }
        }

        return 0;
    }

    // What was kept of dropped segments: the ids of their deliveries. Those of a damaged one may come again, as they may be lost.
    private void LoadOrphans()
    {
        var names = log.Folder.Names();
        foreach (var number in Retention.OrphanSidecars(log).Where(number => !names.Contains(SegmentHeader.FileName(number, DamagedExtension))))
        {
            using var file = log.Folder.Open(SegmentHeader.FileName(number, SegmentHeader.IndexExtension));
            var index = SegmentIndex.TryLoadOrphan(file);
            if (index is not null)
            {
                state.LoadOrphan(index, number);
            }
        }
    }

    // Null when the segment itself is to be read.
    private SegmentIndex? LoadIndex(Segment segment, IReadOnlyList<string> names, bool isReplayed)
    {
        var name = SegmentHeader.FileName(segment.Number, SegmentHeader.IndexExtension);
        if (!names.Contains(name))
        {
            return null;
        }

        using var file = log.Folder.Open(name);
        var index = SegmentIndex.TryLoad(file, segment.Header, segment.Length);
        if (index is null)
        {
            TellOfShortening(segment, file);
        }

        if (index is null || isReplayed)
        {
            return null;
        }

        state.LoadEntries(index, segment.Number);
        return index;
    }

    // An end that is missing to the very byte of a record would not be seen otherwise.
    private void TellOfShortening(Segment segment, LogFile sidecar)
    {
        if (SegmentIndex.SealedLength(sidecar, segment.Header) is { } length && length > segment.Length)
        {
            LogDamaged(segment.Number, segment.Length, length - segment.Length);
        }
        else
        {
            LogBadSidecar(segment.Number);
        }
    }

    private SegmentIndex Scan(Segment segment, bool isReplayed, bool isLast)
    {
        var index = new SegmentIndex();
        using var scanner = new SegmentScanner(segment.File, segment.Header, SegmentHeader.Size, segment.Length);
        while (scanner.Read())
        {
            Report(scanner.Damage);
            index.Add(scanner.Header, scanner.Payload, scanner.Offset);
            if (isReplayed)
            {
                state.Apply(scanner.Header, scanner.Payload, new LogPosition(segment.Number, scanner.Offset));
            }
        }

        if (isLast && scanner.Damage is { } torn)
        {
            Cut(segment, torn, scanner.IsBlank(torn));
        }
        else
        {
            Report(scanner.Damage);
        }

        if (!isReplayed)
        {
            state.LoadEntries(index, segment.Number);
        }

        if (!isLast)
        {
            using var file = log.Folder.Create(SegmentHeader.FileName(segment.Number, SegmentHeader.IndexExtension));
            index.Save(file, segment.Header, segment.Length);
        }

        return index;
    }

    private void Cut(Segment segment, DamagedRange torn, bool isBlank)
    {
        if (isBlank)
        {
            LogBlank(torn.Segment, torn.Offset, torn.Length);
        }
        else
        {
            LogTorn(torn.Segment, torn.Offset, torn.Length);
        }

        segment.File.SetLength(torn.Offset);
        segment.File.Sync();
        segment.Length = torn.Offset;
    }

    private void Report(DamagedRange? damage)
    {
        if (damage is { } range)
        {
            LogDamaged(range.Segment, range.Offset, range.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of segment {Segment} was torn and is cut off: {Length} bytes from {Offset}; nobody was told that they are written")]
    private partial void LogTorn(int segment, long offset, long length);

    [LoggerMessage(Level = LogLevel.Information, Message = "Segment {Segment} was not closed: {Length} bytes from {Offset} that were kept free for more are given back")]
    private partial void LogBlank(int segment, long offset, long length);

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} of the journal is damaged: {Length} bytes from {Offset} are no records and are passed over")]
    private partial void LogDamaged(int segment, long offset, long length);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} unfinished deliveries have no readable record left and cannot be worked on")]
    private partial void LogLost(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} was never begun and is written anew")]
    private partial void LogNeverBegun(int segment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sidecar of segment {Segment} is damaged; it is made again")]
    private partial void LogBadSidecar(int segment);
}
