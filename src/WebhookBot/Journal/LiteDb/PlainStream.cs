using Microsoft.Win32.SafeHandles;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// A file for LiteDB that is never synced: the index can be made again from the log, and its syncs (one a page) would hold up the
/// log's own.
/// </summary>
internal sealed class PlainStream(string path) : Stream
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
    private readonly PageSums _sums = new(path);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => RandomAccess.GetLength(_handle);

    public override long Position { get; set; }

    public override void Flush()
    {
        // Nothing is held back here, and durability is not asked for.
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(_handle, buffer, Position);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(_handle, buffer, Position);
        _sums.Keep(Position, buffer);
        Position += buffer.Length;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => Length });

    public override void SetLength(long value) => RandomAccess.SetLength(_handle, value);

    protected override void Dispose(bool disposing)
    {
        _handle.Dispose();
        _sums.Dispose();
        base.Dispose(disposing);
    }
}
