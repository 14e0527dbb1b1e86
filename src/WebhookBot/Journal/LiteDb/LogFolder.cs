namespace WebhookBot.Journal.LiteDb;

/// <summary>A file of the log. The seam where tests record, cut off and fail what is written.</summary>
internal abstract class LogFile : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Reads up to the end of the file; the number of bytes read.</summary>
    public abstract int Read(Span<byte> to, long offset);

    public abstract void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns when all that was written would survive a power cut.</summary>
    public abstract void Sync();

    public abstract void SetLength(long length);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>The folder of the log's files.</summary>
internal abstract class LogFolder
{
    public abstract IReadOnlyList<string> Names();

    public abstract LogFile Open(string name);

    /// <summary>An empty file; what was there under that name is gone.</summary>
    public abstract LogFile Create(string name);

    public abstract void Rename(string from, string to);

    public abstract void Delete(string name);

    /// <summary>Keeps a segment's file for a person to look at, under a name that nothing has yet.</summary>
    public void PutAside(int number)
    {
        var (names, name) = (Names(), SegmentHeader.FileName(number, SegmentHeader.DamagedExtension));
        var free = name;
        for (var i = 2; names.Contains(free); i++)
        {
            free = $"{name}.{i}";
        }

        Rename(SegmentHeader.FileName(number, SegmentHeader.LogExtension), free);
    }

    /// <summary>Makes the names themselves survive a power cut.</summary>
    public abstract void Sync();

    public abstract (long Free, long Total) Space();
}
