namespace WebhookBot.Journal.LiteDb;

/// <summary>Writes groups of frames into the current segment and begins new ones.</summary>
internal sealed class SegmentWriter(Log log, SegmentIndex index, long segmentBytes, ILogger logger)
{
    // A checkpoint may take a quarter of a segment, not more, however much is unfinished.
    private const int CheckpointShare = 4;

    private const int Block = 4096;
    private const int MostAhead = 1 << 20;

    // Many frames share the price of a new length; writing twice as much costs them more.
    private const int LargeGroup = 16 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 20);

    // Zeros are written ahead of the frames, so that a sync has only bytes to write, and no new length and no new blocks of the file.
    private readonly byte[] _ahead = new byte[Math.Clamp(segmentBytes / 16, Block, MostAhead) / Block * Block];
    private SegmentIndex _index = index;
    private readonly long _segmentBytes = segmentBytes;
    private long _limit = segmentBytes;
    private int _buffered;
    private long _written;
    private int _framesWritten;
    private long _zerosEnd;
    private bool _isCut;
    private bool _hasBegun;

    public LogFolder Folder => log.Folder;

    public bool IsFull => log.Current is not { } current || current.Length >= _limit;

    /// <summary>Writes and syncs; <see cref="Publish"/> then moves the end of the log behind it.</summary>
    public void Write(Span<PendingFrame> group)
    {
        var segment = log.Current!;
        (_buffered, _written, _framesWritten) = (0, segment.Length, 0);
        var mustSync = false;
        foreach (var frame in group)
        {
            if (frame.Task.IsCompleted)
            {
                continue;
            }

            Append(segment, frame);
            mustSync |= frame.Kind != FrameKind.Duplicate;
            _framesWritten++;
        }

        Flush(segment);
        if (mustSync)
        {
            if (_written - segment.Length < LargeGroup)
            {
                WriteAhead(segment.File, _written);
            }

            segment.File.Sync();
        }

        AddToIndex(group);
    }

    public void Publish() => log.Advance(new LogPosition(log.Current!.Number, _written), _framesWritten);

    /// <summary>
    /// Begins a new segment. It and its name are durable before anything else is written into it; what a failed write may have left at the end of
    /// the one before is cut off, and cannot be mistaken for ours.
    /// </summary>
    public void Begin(ILogFollower follower)
    {
        var sealing = log.Current;
        GiveBack(sealing);
        var header = SegmentHeader.New(Math.Max(sealing?.Number ?? 0, LastPutAside()) + 1);
        var checkpoint = follower.Checkpoint();
        var file = Folder.Create(SegmentHeader.FileName(header.Number, SegmentHeader.LogExtension));
        var segment = new Segment(header, file, SegmentHeader.Size + checkpoint.TotalLength) { BeganTicks = checkpoint.Header.Ticks };
        try
        {
            WriteBeginning(segment, checkpoint);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        if (sealing is not null)
        {
            _index.TrySave(Folder, sealing, logger);
        }

        _index.Return();
        _index = new SegmentIndex();
        _index.Add(checkpoint.Header, checkpoint.Payload, SegmentHeader.Size);
        _limit = Math.Max(_segmentBytes, checkpoint.TotalLength * (long)CheckpointShare);
        checkpoint.ReturnBuffer();
        log.Add(segment, 1);
        _hasBegun = true;
    }

    // A number is given once: positions and sidecars go by it.
    private int LastPutAside() => _hasBegun ? 0 : Folder.Names().Max(SegmentHeader.NumberOfPutAside) ?? 0;

    /// <summary>Gives back what was written ahead: nothing more comes into the segment.</summary>
    public void Close()
    {
        try
        {
            GiveBack(log.Current);
        }
        catch (IOException)
        {
            // The next start does it.
        }
    }

    // Durable before the next segment is begun: zeros at the end of any but the last are damage.
    // A cut that was not synced is no cut yet: what it took may be back after a power cut.
    private void GiveBack(Segment? segment)
    {
        if (segment is not null && (_isCut || segment.File.Length > segment.Length))
        {
            _isCut = true;
            segment.File.SetLength(segment.Length);
            segment.File.Sync();
            _isCut = false;
        }
    }

    private void WriteAhead(LogFile file, long end)
    {
        if (end <= _zerosEnd)
        {
            return;
        }

        try
        {
            var count = _ahead.Length - (int)(end % Block);
            file.Write(_ahead.AsSpan(0, count), end);
            _zerosEnd = end + count;
        }
        catch (IOException)
        {
            // What was to be written is; without zeros its sync takes a little longer.
        }
    }

    private void WriteBeginning(Segment segment, PendingFrame checkpoint)
    {
        Span<byte> start = stackalloc byte[SegmentHeader.Size + FrameHeader.Size];
        segment.Header.Write(start);
        checkpoint.Header.Write(start[SegmentHeader.Size..], segment.Header.Seed(SegmentHeader.Size));
        segment.File.Write(start, 0);
        segment.File.Write(checkpoint.Payload, start.Length);
        _zerosEnd = 0;
        WriteAhead(segment.File, segment.Length);
        segment.File.Sync();
        Folder.Sync();
    }

    private void Append(Segment segment, PendingFrame frame)
    {
        var offset = _written + _buffered;
        frame.Position = new LogPosition(segment.Number, offset);
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        frame.Header.Write(header, segment.Header.Seed(offset));
        Append(segment, header);
        Append(segment, frame.Payload);
    }

    private void Append(Segment segment, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _buffered)
        {
            Flush(segment);
        }

        if (bytes.Length > _buffer.Length)
        {
            segment.File.Write(bytes, _written);
            _written += bytes.Length;
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Flush(Segment segment)
    {
        if (_buffered > 0)
        {
            segment.File.Write(_buffer.AsSpan(0, _buffered), _written);
            _written += _buffered;
            _buffered = 0;
        }
    }

    private void AddToIndex(Span<PendingFrame> group)
    {
        foreach (var frame in group)
        {
            if (!frame.Task.IsCompleted)
            {
                _index.Add(frame.Header, frame.Payload, frame.Position.Offset);
            }
        }
    }
}
