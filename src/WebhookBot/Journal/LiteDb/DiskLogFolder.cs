using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WebhookBot.Journal.LiteDb;

/// <summary>The log's files on a disk.</summary>
internal sealed partial class DiskLogFolder : LogFolder
{
    // EINTR of Linux.
    private const int Interrupted = 4;

    private readonly string _path;
    private readonly DriveInfo _drive;

    public DiskLogFolder(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(_path);
        _drive = new DriveInfo(_path);
    }

    public override IReadOnlyList<string> Names() => [.. Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file))];

    public override LogFile Open(string name) => new DiskLogFile(OpenHandle(name, FileMode.Open));

    public override LogFile Create(string name) => new DiskLogFile(OpenHandle(name, FileMode.Create));

    public override void Rename(string from, string to) => File.Move(Path.Combine(_path, from), Path.Combine(_path, to), overwrite: true);

    public override void Delete(string name) => File.Delete(Path.Combine(_path, name));

    public override (long Free, long Total) Space() => (_drive.AvailableFreeSpace, _drive.TotalSize);

    /// <remarks>.NET has no call for a directory; NTFS needs none.</remarks>
    public override void Sync()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var directory = OpenFile(_path, 0);
        if (directory < 0)
        {
            throw new IOException($"The folder {_path} cannot be opened for syncing.", new Win32Exception());
        }

        var result = SyncFile(directory);
        var error = new Win32Exception();
        var closed = CloseFile(directory);
        if (result != 0 || closed != 0)
        {
            throw new IOException($"The folder {_path} cannot be synced.", error);
        }
    }

    private SafeFileHandle OpenHandle(string name, FileMode mode) =>
        File.OpenHandle(Path.Combine(_path, name), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);

    private sealed unsafe class DiskLogFile(SafeFileHandle handle) : LogFile
    {
        // Found as the program's own, and not as the C library's: a library that is loaded before that one may stand in for it.
        private static readonly delegate* unmanaged<int, int> s_syncData =
            OperatingSystem.IsLinux() ? (delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "fdatasync") : null;

        public override long Length => RandomAccess.GetLength(handle);

        public override int Read(Span<byte> to, long offset)
        {
            var total = 0;
            while (total < to.Length)
            {
                var read = RandomAccess.Read(handle, to[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public override void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        // .NET has fsync only, which also waits for the file's times to be written: with those the file system's own journal, and all that
        // others have written meanwhile.
        public override void Sync()
        {
            if (s_syncData is null)
            {
                RandomAccess.FlushToDisk(handle);
                return;
            }

            while (s_syncData((int)handle.DangerousGetHandle()) != 0)
            {
                if (Marshal.GetLastSystemError() is var error && error != Interrupted)
                {
                    throw new IOException("A segment of the journal cannot be synced.", new Win32Exception(error));
                }
            }

            GC.KeepAlive(handle);
        }

        public override void SetLength(long length) => RandomAccess.SetLength(handle, length);

        protected override void Dispose(bool disposing) => handle.Dispose();
    }
}
