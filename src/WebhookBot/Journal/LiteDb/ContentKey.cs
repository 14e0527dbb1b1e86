using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WebhookBot.Journal.LiteDb;

/// <summary>128 bits of SHA-256: senders choose their ids, and a weaker hash would let one make two of them meet.</summary>
internal static class ContentKey
{
    public static UInt128 Of(string value) => Of(value, "");

    public static UInt128 Of(string first, string second)
    {
        var length = sizeof(int) + (first.Length + second.Length) * sizeof(char);
        var bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, first.Length);
        MemoryMarshal.AsBytes(first.AsSpan()).CopyTo(bytes[sizeof(int)..]);
        MemoryMarshal.AsBytes(second.AsSpan()).CopyTo(bytes[(sizeof(int) + first.Length * sizeof(char))..]);
        return Of(bytes);
    }

    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
