using ZstdSharp;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Compresses bodies and plans on the caller's thread; each thread keeps its own tables.</summary>
internal static class ContentCodec
{
    /// <summary>Shorter contents gain less than they cost.</summary>
    public const int WorthTrying = 512;

    // Negative levels trade ratio for speed: about 8 us for 10 KB of GitHub's JSON, which still shrinks to a fifth.
    private const int Level = -5;

    [ThreadStatic]
    private static Compressor? _compressor;

    [ThreadStatic]
    private static Decompressor? _decompressor;

    /// <summary>False when it does not get smaller than the room given.</summary>
    public static bool TryCompress(ReadOnlySpan<byte> raw, Span<byte> to, out int count)
    {
        _compressor ??= new Compressor(Level);
        return _compressor.TryWrap(raw, to, out count);
    }

    public static void Decompress(ReadOnlySpan<byte> compressed, Span<byte> to)
    {
        _decompressor ??= new Decompressor();
        if (!_decompressor.TryUnwrap(compressed, to, out var count) || count != to.Length)
        {
            throw new InvalidDataException("A record of the journal does not unpack to the length it says.");
        }
    }
}
