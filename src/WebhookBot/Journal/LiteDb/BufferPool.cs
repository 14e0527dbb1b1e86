using System.Numerics;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// Buffers that one thread fills and another gives back. The shared array pool keeps what comes back with the thread that brings
/// it, so the writer would hoard what the callers need; measured, each delivery then cost a fresh array.
/// </summary>
internal static class BufferPool
{
    private const int SmallestBits = 8;
    private const int LargestBits = 20;
    private const int BytesKeptEach = 8 << 20;
    private const int MostKeptEach = 1024;

    private static readonly Stack<byte[]>[] s_buffers = [.. Enumerable.Range(SmallestBits, LargestBits - SmallestBits + 1).Select(_ => new Stack<byte[]>())];

    public static byte[] Rent(int atLeast)
    {
        var bits = Math.Max(SmallestBits, BitOperations.Log2((uint)Math.Max(1, atLeast - 1)) + 1);
        if (bits > LargestBits)
        {
            return GC.AllocateUninitializedArray<byte>(atLeast);
        }

        var buffers = s_buffers[bits - SmallestBits];
        lock (buffers)
        {
            if (buffers.TryPop(out var buffer))
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(1 << bits);
    }

    public static void Return(byte[] buffer)
    {
        var bits = BitOperations.Log2((uint)buffer.Length);
        if (bits > LargestBits || buffer.Length != 1 << bits)
        {
            return;
        }

        var buffers = s_buffers[bits - SmallestBits];
        lock (buffers)
        {
            if (buffers.Count < Math.Min(MostKeptEach, BytesKeptEach >> bits))
            {
                buffers.Push(buffer);
            }
        }
    }
}
