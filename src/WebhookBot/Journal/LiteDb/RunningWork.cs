using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery that was being decided, or an action that was being tried, when the process ended.</summary>
/// <param name="Sequence">The delivery's.</param>
/// <param name="Action">The action's place in the plan; null for the delivery itself.</param>
internal readonly record struct InterruptedWork(long Sequence, int? Action);

/// <summary>
/// What is being worked on, in a small file that is mapped into memory: noting a start costs no call and no write, and whatever ends the process
/// leaves it to the next one. What a power cut takes of it was no fault of the work.
/// </summary>
internal sealed class RunningWork : IDisposable
{
    private const int Slots = 4096;
    private const int NoAction = -1;
    private const uint CheckSeed = 0x5275_6E57;

    private readonly Lock _gate = new();
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Stack<int> _free = new(Enumerable.Range(0, Slots).Reverse());
    private bool _isDisposed;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public RunningWork(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var size = Slots * Marshal.SizeOf<Slot>();
        using (var whole = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            // Its blocks are there before it is mapped: a disk that fills up later must not end the process.
            if (whole.Length != size)
            {
                whole.SetLength(0);
                whole.Write(new byte[size]);
            }
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, size);
        _view = _file.CreateViewAccessor(0, size);
        Interrupted = [.. Enumerable.Range(0, Slots).Select(Read).OfType<InterruptedWork>().Distinct()];
    }

    /// <summary>What the process before was working on when it ended.</summary>
    public IReadOnlyList<InterruptedWork> Interrupted { get; }

    /// <summary>What was interrupted is written down.</summary>
    public void Clear() => _view.WriteArray(0, new byte[_view.Capacity], 0, (int)_view.Capacity);

    /// <summary>Notes that work begins; disposing of the mark, that it has ended. Null when so much is going on that it is not noted.</summary>
    public IDisposable? Enter(long sequence, int? action)
    {
        lock (_gate)
        {
            if (_isDisposed || !_free.TryPop(out var slot))
            {
                return null;
            }

            var number = action ?? NoAction;
            Write(slot, new Slot { Sequence = sequence, Action = number, Check = CheckOf(sequence, number) });
            return new Mark(this, slot);
        }
    }

    /// <summary>An orderly end interrupts nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                Clear();
                _view.Dispose();
                _file.Dispose();
            }
        }
    }

    private void Leave(int slot)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                Write(slot, default);
                _free.Push(slot);
            }
        }
    }

    private void Write(int slot, Slot content) => _view.Write(slot * (long)Marshal.SizeOf<Slot>(), ref content);

    private InterruptedWork? Read(int slot)
    {
        _view.Read<Slot>(slot * (long)Marshal.SizeOf<Slot>(), out var content);
        return content.Sequence > 0 && content.Check == CheckOf(content.Sequence, content.Action)
            ? new InterruptedWork(content.Sequence, content.Action == NoAction ? null : content.Action)
            : null;
    }

    private static uint CheckOf(long sequence, int action)
    {
        Span<byte> bytes = stackalloc byte[12];
        BitConverter.TryWriteBytes(bytes, sequence);
        BitConverter.TryWriteBytes(bytes[8..], action);
        return Crc32C.Of(CheckSeed, bytes);
    }

    private struct Slot
    {
        public long Sequence;
        public int Action;
        public uint Check;
    }

    private sealed class Mark(RunningWork work, int slot) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                work.Leave(slot);
            }
        }
    }
}
