using System.Collections.Concurrent;

namespace WebhookBot.Journal.LiteDb;

/// <summary>A segment file that is open.</summary>
internal sealed class Segment(SegmentHeader header, LogFile file, long length)
{
    private long _length = length;
    private long _frames;

    public SegmentHeader Header => header;

    public int Number => header.Number;

    public LogFile File => file;

    /// <summary>When its first frame was written, in UTC ticks; what is in the segment before it is older.</summary>
    public long BeganTicks { get; set; }

    /// <summary>Whether something unfinished in it could not be read, so that its file is to be kept for a person to look at.</summary>
    public bool HoldsUnreadable { get; set; }

    /// <summary>Up to where it holds durable frames.</summary>
    public long Length
    {
        get => Volatile.Read(ref _length);
        set => Volatile.Write(ref _length, value);
    }

    /// <summary>How many frames it holds.</summary>
    public long Frames
    {
        get => Volatile.Read(ref _frames);
        set => Volatile.Write(ref _frames, value);
    }
}

/// <summary>A frame that was read.</summary>
internal readonly record struct Frame(FrameHeader Header, byte[] Payload);

/// <summary>The segments, and the reading of frames by their positions.</summary>
internal sealed class Log(LogFolder folder) : IDisposable
{
    private readonly ConcurrentDictionary<int, Segment> _segments = new();
    private long _committed;
    private long _frames;
    private long _droppedFrames;

    public LogFolder Folder => folder;

    public Segment? Current { get; private set; }

    /// <summary>Everything before it is durable and shown by the live state.</summary>
    public LogPosition Committed => new(Volatile.Read(ref _committed));

    /// <summary>How many frames lie before <see cref="Committed"/>, those of dropped segments among them.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>The bytes of all segments.</summary>
    public long Bytes => _segments.Values.Sum(segment => segment.Length);

    public IEnumerable<Segment> Segments => _segments.Values.OrderBy(segment => segment.Number);

    /// <summary>Adds the next segment, which becomes the current one.</summary>
    public void Add(Segment segment, long frames)
    {
        _segments[segment.Number] = segment;
        Current = segment;
        Advance(new LogPosition(segment.Number, segment.Length), frames);
    }

    public void Advance(LogPosition committed, long frames)
    {
        var segment = _segments[committed.Segment];
        segment.Length = committed.Offset;
        segment.Frames += frames;
        Volatile.Write(ref _frames, Frames + frames);
        Volatile.Write(ref _committed, committed.Value);
    }

    /// <summary>How many frames lie before that segment.</summary>
    public long FramesBefore(int number) =>
        Volatile.Read(ref _droppedFrames) + _segments.Values.Where(segment => segment.Number < number).Sum(segment => segment.Frames);

    public Segment? Find(int number) => _segments.GetValueOrDefault(number);

    /// <summary>The first segment of that number or a larger one.</summary>
    public Segment? FindFrom(int number) => Find(number) ?? Segments.FirstOrDefault(segment => segment.Number > number);

    /// <summary>Takes a segment away from whoever reads; its file is closed and stays where it is.</summary>
    public void Drop(Segment segment)
    {
        if (_segments.TryRemove(segment.Number, out _))
        {
            Volatile.Write(ref _droppedFrames, Volatile.Read(ref _droppedFrames) + segment.Frames);
            segment.File.Dispose();
        }
    }

    /// <exception cref="InvalidDataException">There is no good frame there.</exception>
    public Frame Read(LogPosition position)
    {
        const int Guess = 8 * 1024;
        var segment = Find(position.Segment) ?? throw Damaged(position, "its segment is missing");
        try
        {
            Span<byte> first = stackalloc byte[Guess];
            first = first[..ReadBeginning(segment, first, position.Offset)];
            if (!FrameHeader.TryRead(first, segment.Header.Seed(position.Offset), out var header) && !CarriedFrame.TryReadInner(first, out header))
            {
                throw Damaged(position, "its header is damaged");
            }

            var payload = new byte[header.Length];
            var have = first[FrameHeader.Size..];
            have = have[..Math.Min(have.Length, payload.Length)];
            have.CopyTo(payload);
            if (have.Length < payload.Length)
            {
                segment.File.Read(payload.AsSpan(have.Length), position.Offset + FrameHeader.Size + have.Length);
            }

            return header.Fits(payload) ? new Frame(header, payload) : throw Damaged(position, "its content is damaged");
        }
        catch (ObjectDisposedException)
        {
            throw Damaged(position, "its segment is older than what is kept");
        }
    }

    // What the disk does not give out may be of the frames behind.
    private static int ReadBeginning(Segment segment, Span<byte> to, long offset)
    {
        try
        {
            return segment.File.Read(to, offset);
        }
        catch (IOException)
        {
            return segment.File.Read(to[..FrameHeader.Size], offset);
        }
    }

    /// <summary>Reads what may just be carried elsewhere; null when it is nowhere.</summary>
    /// <exception cref="InvalidDataException">There is no good frame where it is.</exception>
    public Frame? ReadMoving(Func<LogPosition?> place)
    {
        while (true)
        {
            if (place() is not { } position)
            {
                return null;
            }

            try
            {
                return Read(position);
            }
            catch (InvalidDataException) when (place() != position)
            {
            }
        }
    }

    public void Dispose()
    {
        foreach (var segment in _segments.Values)
        {
            segment.File.Dispose();
        }
    }

    private static InvalidDataException Damaged(LogPosition position, string how) =>
        new($"The journal's record in segment {position.Segment} at {position.Offset} cannot be read: {how}.");
}
