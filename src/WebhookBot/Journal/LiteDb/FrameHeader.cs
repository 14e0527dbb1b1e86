using System.Buffers.Binary;

namespace WebhookBot.Journal.LiteDb;

/// <summary>What a frame says. The numbers are on disk: never change or reuse one.</summary>
internal enum FrameKind : byte
{
    Delivery = 1,
    Plan = 2,
    Attempt = 3,
    Postponed = 4,
    GivenUp = 5,

    /// <summary>The delivery came again. Nobody waits for it to be synced.</summary>
    Duplicate = 6,

    /// <summary>The delivery came again after it had died, and is worked on again.</summary>
    Reopened = 7,

    /// <summary>The live state at the beginning of a segment.</summary>
    Checkpoint = 8,

    /// <summary>A text that is kept under a key and belongs to no delivery.</summary>
    Kept = 9,

    /// <summary>All that is known of a delivery whose segment is about to be dropped.</summary>
    Carried = 10,

    /// <summary>The process ended while it was being decided or one of its actions was being tried.</summary>
    Interrupted = 11,
}

/// <summary>
/// The 32 bytes before each payload. They carry their own checksum, seeded with the segment's secret salt and the offset: bytes
/// of another segment or place never pass, and nobody can put a frame into a body that a search for the next frame would take.
/// </summary>
internal readonly record struct FrameHeader(FrameKind Kind, long Sequence, long Ticks, int Length, uint PayloadCrc)
{
    public const int Size = 32;

    /// <summary>Whether it belongs to a delivery; a checkpoint and a text that is kept do not.</summary>
    public bool IsOfDelivery => Kind is not (FrameKind.Checkpoint or FrameKind.Kept);

    /// <summary>Larger lengths are taken for damage: a body is at most 25 MB.</summary>
    public const int MaxLength = 1 << 30;

    public const int MagicOffset = 12;

    public static ReadOnlySpan<byte> Magic => [0x57, 0xB7];

    /// <summary>The frame's bytes with the header.</summary>
    public long TotalLength => Size + (long)Length;

    public void Write(Span<byte> to, uint seed)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], PayloadCrc);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], Length);
        Magic.CopyTo(to[MagicOffset..]);
        to[14] = (byte)Kind;
        to[15] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Ticks);
        BinaryPrimitives.WriteUInt32LittleEndian(to, Crc32C.Of(seed, to[4..Size]));
    }

    public static bool TryRead(ReadOnlySpan<byte> from, uint seed, out FrameHeader header)
    {
        header = default;
        if (from.Length < Size
            || !from.Slice(MagicOffset, Magic.Length).SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(from) != Crc32C.Of(seed, from[4..Size]))
        {
            return false;
        }

        header = new FrameHeader(
            (FrameKind)from[14],
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[4..]));
        return header.Length is >= 0 and <= MaxLength;
    }

    public bool Fits(ReadOnlySpan<byte> payload) => payload.Length == Length && Crc32C.Of(0, payload) == PayloadCrc;
}
