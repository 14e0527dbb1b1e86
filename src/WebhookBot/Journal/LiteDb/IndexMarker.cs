using System.Globalization;

namespace WebhookBot.Journal.LiteDb;

/// <summary>How far the index file can be believed.</summary>
internal enum IndexTrust
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The program ended without closing it, but the machine went on, so every write reached the file.</summary>
    Written,

    /// <summary>It is the file that was closed, byte by byte.</summary>
    Closed,
}

/// <summary>
/// LiteDB has no checksums. While the index is open a note beside it names the machine's run; when it is closed another names its
/// length and checksum. After a power cut neither fits, and the index is made again.
/// </summary>
internal sealed class IndexMarker(string indexPath)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    private readonly string _closedPath = indexPath + ".ok";
    private readonly string _openPath = indexPath + ".open";

    public IndexTrust Read()
    {
        if (!File.Exists(indexPath))
        {
            return IndexTrust.None;
        }

        if (File.Exists(_closedPath))
        {
            return string.Equals(File.ReadAllText(_closedPath), Seal(), StringComparison.Ordinal) ? IndexTrust.Closed : IndexTrust.None;
        }

        return File.Exists(_openPath) && BootId() is { } boot && string.Equals(File.ReadAllText(_openPath), boot, StringComparison.Ordinal)
            ? IndexTrust.Written
            : IndexTrust.None;
    }

    public void Open()
    {
        File.Delete(_closedPath);
        File.WriteAllText(_openPath, BootId() ?? "unknown");
    }

    public void Close() => File.WriteAllText(_closedPath, Seal());

    public void Delete()
    {
        File.Delete(_closedPath);
        File.Delete(_openPath);
    }

    private static string? BootId() => File.Exists(BootIdPath) ? File.ReadAllText(BootIdPath) : null;

    private string Seal()
    {
        using var file = File.OpenRead(indexPath);
        var buffer = new byte[1 << 20];
        var crc = 0u;
        int read;
        while ((read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            crc = Crc32C.Of(crc, buffer.AsSpan(0, read));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{IndexDatabase.FormatVersion} {file.Length} {crc:x8}\n");
    }
}
