using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// A checksum for each page of a file of LiteDB, which has none, in a file beside it. LiteDB does not stand damage: from one bad page of
/// its log it made a file of 13 TB and read it without end.
/// </summary>
internal sealed class PageSums(string path) : IDisposable
{
    private const int PageSize = 8192;
    private const int PagesAtOnce = 128;

    private readonly SafeFileHandle _sums = File.OpenHandle(PathOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    public static string PathOf(string path) => path + ".sums";

    /// <summary>Whether every page of the file is the one that was written last. A file that is not there has none.</summary>
    public static bool AreRight(string path)
    {
        if (!File.Exists(path))
        {
            return !File.Exists(PathOf(path));
        }

        if (!File.Exists(PathOf(path)))
        {
            return false;
        }

        using var file = File.OpenRead(path);
        using var sums = File.OpenRead(PathOf(path));
        var pages = new byte[PagesAtOnce * PageSize];
        var expected = new byte[PagesAtOnce * sizeof(uint)];
        for (int read; (read = file.ReadAtLeast(pages, pages.Length, throwOnEndOfStream: false)) > 0;)
        {
            var count = read / PageSize;
            var known = expected.AsSpan(0, count * sizeof(uint));
            if (read % PageSize != 0
                || sums.ReadAtLeast(known, known.Length, throwOnEndOfStream: false) < known.Length
                || !Of(pages.AsSpan(0, read)).SequenceEqual(known))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keeps the sums of what was written. LiteDB writes whole pages; anything else is kept as wrong.</summary>
    public void Keep(long offset, ReadOnlySpan<byte> written)
    {
        var isWhole = offset % PageSize == 0 && written.Length % PageSize == 0;
        RandomAccess.Write(_sums, isWhole ? Of(written) : "????"u8, offset / PageSize * sizeof(uint));
    }

    /// <summary>From now on the file is not right, whatever is in it.</summary>
    public void Forget() => RandomAccess.SetLength(_sums, 0);

    public void Dispose() => _sums.Dispose();

    // A page of zeros has the sum zero, so that pages which were passed over are right.
    private static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> pages)
    {
        var sums = new byte[pages.Length / PageSize * sizeof(uint)];
        for (var i = 0; i < pages.Length / PageSize; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(sums.AsSpan(i * sizeof(uint)), Crc32C.Of(0, pages.Slice(i * PageSize, PageSize)));
        }

        return sums;
    }
}
