namespace WebhookBot.Benchmarks.Common;

/// <summary>A folder on a disk, gone when it is disposed.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private const long Wanted = 12L << 30;

    /// <exception cref="IOException">There is not enough room, or it is no disk.</exception>
    public ScratchFolder()
    {
        Path = Directory.CreateTempSubdirectory("webhookbot-bench-").FullName;
        var drive = new DriveInfo(Path);
        if (drive.AvailableFreeSpace < Wanted || drive.DriveFormat == "tmpfs")
        {
            Dispose();
            throw new IOException($"{Path} needs {Wanted >> 30} GB on a disk; set TMPDIR to a folder that has them");
        }
    }

    public string Path { get; }

    public string Sub(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public static long BytesIn(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
