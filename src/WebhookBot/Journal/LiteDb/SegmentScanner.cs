using System.Buffers;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Bytes of a segment that are no frame.</summary>
internal readonly record struct DamagedRange(int Segment, long Offset, long Length);

/// <summary>
/// Reads the frames of a segment one after the other. After bytes that are no good frame it looks for the next good one, so that
/// damage costs no more than what it hit.
/// </summary>
internal sealed class SegmentScanner : IDisposable
{
    private const int ReadAhead = 1 << 20;

    private readonly LogFile _file;
    private readonly SegmentHeader _segment;
    private readonly long _end;
    private byte[] _window = ArrayPool<byte>.Shared.Rent(ReadAhead);
    private long _windowOffset;
    private int _windowLength;
    private long _next;

    public SegmentScanner(LogFile file, SegmentHeader segment, long start, long end)
    {
        (_file, _segment, _next, _end) = (file, segment, start, end);
        _windowOffset = start;
    }

    /// <summary>Where the frame that was read begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the frame that was read ends.</summary>
    public long End => _next;

    public FrameHeader Header { get; private set; }

    /// <summary>Good until the next read.</summary>
    public ReadOnlySpan<byte> Payload => Bytes(Offset + FrameHeader.Size, Header.Length);

    /// <summary>What was passed over before the frame that was read, or before the end.</summary>
    public DamagedRange? Damage { get; private set; }

    public bool Read()
    {
        var start = _next;
        Damage = null;
        for (var offset = start; offset < _end; offset = FindMagic(offset + 1))
        {
            if (TryFrame(offset))
            {
                Damage = offset > start ? new DamagedRange(_segment.Number, start, offset - start) : null;
                (Offset, _next) = (offset, offset + Header.TotalLength);
                return true;
            }
        }

        Damage = start < _end ? new DamagedRange(_segment.Number, start, _end - start) : null;
        return false;
    }

    /// <summary>Whether there is nothing but zeros: what was written ahead of the frames to come.</summary>
    public bool IsBlank(DamagedRange range)
    {
        var end = range.Offset + range.Length;
        for (var at = range.Offset; at < end;)
        {
            var bytes = Bytes(at, (int)Math.Min(ReadAhead, end - at));
            if (bytes.IsEmpty || bytes.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            at += bytes.Length;
        }

        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_window);

    private bool TryFrame(long offset)
    {
        if (_end - offset < FrameHeader.Size
            || !FrameHeader.TryRead(Bytes(offset, FrameHeader.Size), _segment.Seed(offset), out var header)
            || _end - offset < header.TotalLength
            || !header.Fits(Bytes(offset + FrameHeader.Size, header.Length)))
        {
            return false;
        }

        Header = header;
        return true;
    }

    /// <summary>The next offset at which a header could begin, or the end.</summary>
    private long FindMagic(long offset)
    {
        while (_end - offset >= FrameHeader.Size)
        {
            var bytes = Bytes(offset, (int)Math.Min(ReadAhead / 2, _end - offset));
            var found = bytes[FrameHeader.MagicOffset..].IndexOf(FrameHeader.Magic);
            if (found >= 0)
            {
                return offset + found;
            }

            // The first byte of the magic may be the last one looked at.
            offset += Math.Max(1, bytes.Length - FrameHeader.MagicOffset - FrameHeader.Magic.Length + 1);
        }

        return _end;
    }

    private ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        if (offset < _windowOffset || offset + count > _windowOffset + _windowLength)
        {
            Fill(offset, count);
        }

        var start = (int)(offset - _windowOffset);
        return _window.AsSpan(start, Math.Min(count, _windowLength - start));
    }

    private void Fill(long offset, int count)
    {
        if (count > _window.Length)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = ArrayPool<byte>.Shared.Rent(count);
        }

        _windowOffset = offset;
        _windowLength = _file.Read(_window.AsSpan(0, (int)Math.Min(_window.Length, _end - offset)), offset);
    }
}
