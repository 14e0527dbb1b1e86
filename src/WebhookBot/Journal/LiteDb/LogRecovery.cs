namespace WebhookBot.Journal.LiteDb;

/// <summary>What a start found in the log.</summary>
internal sealed record RecoveredLog(SegmentIndex LastIndex, long LastSequence);

/// <summary>
/// Brings the live state back from the log alone: the newest good checkpoint, what was written after it, and the sidecars of what
/// lies before it.
/// </summary>
internal sealed partial class LogRecovery(Log log, LiveState state, ILogger logger)
{
    private long _lastSequence;

    public RecoveredLog Recover()
    {
        var names = log.Folder.Names();
        var numbers = names.Select(SegmentHeader.NumberOf).OfType<int>().Order().ToList();
        foreach (var number in numbers)
        {
            Open(number, isLast: number == numbers[^1]);
        }

        var segments = log.Segments.ToList();
        TellOfGaps(segments);
        LoadOrphans(segments.Count == 0 ? int.MaxValue : segments[0].Number);
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
        if (SegmentHeader.TryRead(bytes, number, out var header) || TryMend(file, number, length, out header))
        {
            // Other frames tell other times than that of their writing.
            FrameHeader.TryRead(bytes.AsSpan(SegmentHeader.Size), header.Seed(SegmentHeader.Size), out var first);
            log.Add(new Segment(header, file, length) { BeganTicks = first.Kind == FrameKind.Checkpoint ? first.Ticks : 0 }, 0);
            return;
        }

        if (isLast && IsUnbegun(file))
        {
            file.Dispose();
            LogNeverBegun(number);
            return;
        }

        file.Dispose();

        // Its salt is gone, so nothing in it can be told from noise; kept for a person to look at.
        LogDamaged(number, 0, length);
        log.Folder.PutAside(number);
    }

    /// <summary>Whether nothing was ever written into it: its first bytes are durable before anything else is.</summary>
    public static bool IsUnbegun(LogFile file)
    {
        var length = file.Length;
        if (length <= SegmentHeader.Size)
        {
            return true;
        }

        var bytes = new byte[64 * 1024];
        for (var at = 0L; at < length;)
        {
            var read = file.Read(bytes, at);
            if (read == 0 || bytes.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                return false;
            }

            at += read;
        }

        return true;
    }

    // The sidecar has the salt, too, without which nothing in the segment can be told from noise.
    private bool TryMend(LogFile file, int number, long length, out SegmentHeader header)
    {
        header = default;
        var sidecar = SegmentHeader.FileName(number, SegmentHeader.IndexExtension);
        if (!log.Folder.Names().Contains(sidecar))
        {
            return false;
        }

        using (var index = log.Folder.Open(sidecar))
        {
            if (SegmentIndex.HeaderOf(index, number) is not { } kept)
            {
                return false;
            }

            header = kept;
        }

        using var scanner = new SegmentScanner(file, header, SegmentHeader.Size, length);
        if (!scanner.Read())
        {
            return false;
        }

        var bytes = new byte[SegmentHeader.Size];
        header.Write(bytes);
        file.Write(bytes, 0);
        file.Sync();
        LogMended(number);
        return true;
    }

    // Only the oldest are ever dropped, so what is missing in between was taken away by somebody or something else.
    private void TellOfGaps(List<Segment> segments)
    {
        foreach (var (before, after) in segments.Zip(segments.Skip(1)).Where(pair => pair.Second.Number > pair.First.Number + 1))
        {
            LogGap(before.Number, after.Number);
        }
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
    private void LoadOrphans(int firstSegment)
    {
        var names = log.Folder.Names();
        var damaged = SegmentHeader.DamagedExtension;
        foreach (var number in Retention.OrphanSidecars(log).Where(number => number < firstSegment && !names.Contains(SegmentHeader.FileName(number, damaged))))
        {
            try
            {
                using var file = log.Folder.Open(SegmentHeader.FileName(number, SegmentHeader.IndexExtension));
                if (SegmentIndex.TryLoadOrphan(file) is { } index)
                {
                    state.LoadOrphan(index, number);
                }
            }
            catch (IOException exception)
            {
                LogOrphanNotRead(number, exception);
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
            index.TrySave(log.Folder, segment, logger);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The beginning of segment {Segment} was damaged; it is made again from its sidecar, and nothing is lost")]
    private partial void LogMended(int segment);

    [LoggerMessage(Level = LogLevel.Error, Message = "The journal lacks what stood between segment {Before} and segment {After}: those deliveries are gone unless their files are put back")]
    private partial void LogGap(int before, int after);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} unfinished deliveries have no readable record left and cannot be worked on")]
    private partial void LogLost(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} was never begun and is written anew")]
    private partial void LogNeverBegun(int segment);

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk does not give out which deliveries stood in segment {Segment}, which was dropped; copies of them may be done again")]
    private partial void LogOrphanNotRead(int segment, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sidecar of segment {Segment} is damaged; it is made again")]
    private partial void LogBadSidecar(int segment);
}
