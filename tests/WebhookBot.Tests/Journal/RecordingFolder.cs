using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>What is wrong with a disk.</summary>
internal enum DiskFault
{
    None,

    /// <summary>A write leaves its first half and fails.</summary>
    ShortWrite,

    /// <summary>Writes arrive, syncs fail.</summary>
    SyncError,

    /// <summary>Nothing more fits.</summary>
    Full,

    /// <summary>Everything takes its time.</summary>
    Slow,

    /// <summary>Syncs report success and do nothing.</summary>
    Lying,
}

/// <summary>
/// A folder in memory that remembers every write and sync, can fail, and can show what a disk may hold after a power cut: whatever
/// was synced, and of the rest any 4 KB blocks.
/// </summary>
internal sealed class RecordingFolder : LogFolder
{
    private const int BlockSize = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RecordedFile> _files = new(StringComparer.Ordinal);
    private readonly List<Step> _steps = [];

    private enum StepKind
    {
        Create,
        Delete,
        Write,
        SetLength,
        Sync,
        SyncFolder,
    }

    /// <summary>Thrown by every write and sync while it is set.</summary>
    public volatile IOException? Failure;

    /// <summary>What is wrong with it now.</summary>
    public volatile DiskFault Fault;

    /// <summary>A file and a place in it that the disk does not give out.</summary>
    public (string Name, long Offset)? BadSector { get; set; }

    /// <summary>Called after each reading of a file, by whoever reads.</summary>
    public volatile Action? AfterRead;

    public (long Free, long Total) FreeSpace { get; set; } = (1L << 40, 1L << 41);

    /// <summary>How many steps were taken so far.</summary>
    public int Steps
    {
        get
        {
            lock (_gate)
            {
                return _steps.Count;
            }
        }
    }

    public override IReadOnlyList<string> Names()
    {
        lock (_gate)
        {
            return [.. _files.Keys];
        }
    }

    public override LogFile Open(string name)
    {
        lock (_gate)
        {
            return _files[name];
        }
    }

    public override LogFile Create(string name)
    {
        lock (_gate)
        {
            ThrowIfFailing();
            _files[name] = new RecordedFile(this, name);
            _steps.Add(new Step(StepKind.Create, name, 0, []));
            return _files[name];
        }
    }

    public override void Rename(string from, string to)
    {
        lock (_gate)
        {
            _files.Remove(from, out var file);
            _files[to] = file!;
        }
    }

    public override void Delete(string name)
    {
        Add(StepKind.Delete, name, 0, []);
        lock (_gate)
        {
            _files.Remove(name);
        }
    }

    public override void Sync() => Add(StepKind.SyncFolder, "", 0, []);

    public override (long Free, long Total) Space() => FreeSpace;

    /// <summary>A disk after a power cut that came after that many steps.</summary>
    public RecordingFolder CutAfter(int steps, Random random)
    {
        var image = new RecordingFolder();
        lock (_gate)
        {
            foreach (var name in _steps.Take(steps).Where(step => step.Kind == StepKind.Create).Select(step => step.Name).Distinct())
            {
                var created = _steps.FindLastIndex(steps - 1, step => step.Kind == StepKind.Create && step.Name == name);
                var deleted = _steps.FindIndex(created, steps - created, step => step.Kind == StepKind.Delete && step.Name == name);
                var isThere = IsNamed(created, steps) || random.Next(2) == 0;
                var isGone = deleted >= 0 && (IsNamed(deleted, steps) || random.Next(2) == 0);
                if (isThere && !isGone)
                {
                    image.Put(name, ContentAfter(name, created, steps, random));
                }
            }
        }

        return image;
    }

    // What is there from the beginning is there for good.
    private void Put(string name, byte[] content)
    {
        _files[name] = new RecordedFile(this, name) { Content = content };
        _steps.AddRange([new Step(StepKind.Create, name, 0, []), new Step(StepKind.Write, name, 0, content), new Step(StepKind.Sync, name, 0, []), new Step(StepKind.SyncFolder, "", 0, [])]);
    }

    // Whether what happened to a name is sure to outlive the cut.
    private bool IsNamed(int step, int steps) => _steps.FindIndex(step, steps - step, one => one.Kind == StepKind.SyncFolder) >= 0;

    private byte[] ContentAfter(string name, int from, int to, Random random)
    {
        var lastSync = _steps.FindLastIndex(to - 1, to - from, step => step.Kind == StepKind.Sync && step.Name == name);
        var content = Array.Empty<byte>();
        for (var i = from; i < to; i++)
        {
            var step = _steps[i];
            if (step.Name != name)
            {
                continue;
            }

            if (step.Kind == StepKind.SetLength && (i < lastSync || random.Next(2) == 0))
            {
                Array.Resize(ref content, (int)step.Offset);
            }

            if (step.Kind == StepKind.Write)
            {
                content = Written(content, step, i < lastSync ? null : random);
            }
        }

        return content;
    }

    private static byte[] Written(byte[] content, Step step, Random? random)
    {
        var end = (int)step.Offset + step.Bytes.Length;
        var grown = content;
        if (end > content.Length && (random is null || random.Next(4) != 0))
        {
            grown = [.. content, .. new byte[end - content.Length]];
        }

        for (var at = (int)step.Offset; at < end;)
        {
            var blockEnd = Math.Min(end, (at / BlockSize + 1) * BlockSize);
            if ((random is null || random.Next(2) == 0) && at < grown.Length)
            {
                step.Bytes.AsSpan(at - (int)step.Offset, Math.Min(blockEnd, grown.Length) - at).CopyTo(grown.AsSpan(at));
            }

            at = blockEnd;
        }

        return grown;
    }

    private void ThrowIfFailing()
    {
        if ((Failure ?? (Fault == DiskFault.Full ? new IOException("No space left on device") : null)) is { } failure)
        {
            throw failure;
        }

        if (Fault == DiskFault.Slow)
        {
            Thread.SpinWait(20_000);
        }
    }

    private void Add(StepKind kind, string name, long offset, byte[] bytes)
    {
        lock (_gate)
        {
            if (kind is StepKind.Sync or StepKind.SyncFolder)
            {
                if (Fault == DiskFault.Lying)
                {
                    return;
                }

                if (Fault == DiskFault.SyncError)
                {
                    throw new IOException("Input/output error");
                }
            }

            // On a full disk what is there already can be synced and given back.
            if (kind != StepKind.Delete && (Failure is not null || Fault != DiskFault.Full || kind is StepKind.Create or StepKind.Write))
            {
                ThrowIfFailing();
            }

            _steps.Add(new Step(kind, name, offset, bytes));
        }
    }

    private sealed record Step(StepKind Kind, string Name, long Offset, byte[] Bytes);

    private sealed class RecordedFile(RecordingFolder folder, string name) : LogFile
    {
        public byte[] Content { get; set; } = [];

        public override long Length => Content.Length;

        public override int Read(Span<byte> to, long offset)
        {
            var content = Content;
            var count = (int)Math.Clamp(content.Length - offset, 0, to.Length);
            if (folder.BadSector is var (bad, at) && bad == name && at >= offset && at < offset + count)
            {
                throw new IOException("Input/output error");
            }

            content.AsSpan((int)Math.Min(offset, content.Length), count).CopyTo(to);
            folder.AfterRead?.Invoke();
            return count;
        }

        public override void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (folder.Fault == DiskFault.Full)
            {
                folder.ThrowIfFailing();
            }

            var isShort = folder.Failure is not null || folder.Fault == DiskFault.ShortWrite;
            var kept = isShort ? bytes[..(bytes.Length / 2)] : bytes;
            var content = new byte[Math.Max(Content.Length, offset + kept.Length)];
            Content.CopyTo(content, 0);
            kept.CopyTo(content.AsSpan((int)offset));
            Content = content;
            folder.Add(StepKind.Write, name, offset, kept.ToArray());
            if (isShort)
            {
                throw new IOException("The write was cut off");
            }
        }

        public override void Sync() => folder.Add(StepKind.Sync, name, 0, []);

        public override void SetLength(long length)
        {
            folder.Add(StepKind.SetLength, name, length, []);
            var content = Content;
            Array.Resize(ref content, (int)length);
            Content = content;
        }

        protected override void Dispose(bool disposing)
        {
            // The content outlives the handle, as on a disk.
        }
    }
}
