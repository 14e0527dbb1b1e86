using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>CRC-32C (Castagnoli) by the processor's own instruction, without the usual inversions: only this program reads it.</summary>
internal static class Crc32C
{
    // Every start runs over all it reads before the compiler would have found out that this is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Of(uint seed, ReadOnlySpan<byte> bytes)
    {
        var crc = seed;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
