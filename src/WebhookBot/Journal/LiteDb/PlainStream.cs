using Microsoft.Win32.SafeHandles;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// A file for LiteDB that is never synced: the index can be made again from the log, and its syncs (one a page) would hold up the
/// log's own. A write that fails is kept in memory and told by <see cref="Failure"/>: after an exception inside one of its transactions
/// LiteDB may end the process, much later, from a finalizer (https://github.com/litedb-org/LiteDB/issues/2828).
/// </summary>
internal sealed class PlainStream(string path) : Stream
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
    private readonly PageSums _sums = new(path);

    private readonly Dictionary<long, byte[]> _unwritten = [];

    /// <summary>Why the file is not what LiteDB takes it for; null when it is.</summary>
    public IOException? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _unwritten.Aggregate(RandomAccess.GetLength(_handle), (end, page) => Math.Max(end, page.Key + page.Value.Length));

    public override long Position { get; set; }

    public override void Flush()
    {
        // Nothing is held back here, and durability is not asked for.
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (_unwritten.TryGetValue(Position, out var page))
        {
            read = Math.Min(page.Length, buffer.Length);
            page.AsSpan(0, read).CopyTo(buffer);
        }
        else
        {
            read = RandomAccess.Read(_handle, buffer, Position);
        }

        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Failure is null)
        {
            TryWrite(buffer);
        }

        if (Failure is not null)
        {
            _unwritten[Position] = buffer.ToArray();
        }

        Position += buffer.Length;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => Length });

    public override void SetLength(long value) => RandomAccess.SetLength(_handle, value);

    private void TryWrite(ReadOnlySpan<byte> buffer)
    {
        try
        {
            RandomAccess.Write(_handle, buffer, Position);
            _sums.Keep(Position, buffer);
        }
        catch (IOException exception)
        {
            Failure = exception;
            _sums.Forget();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _handle.Dispose();
        _sums.Dispose();
        base.Dispose(disposing);
    }
}
