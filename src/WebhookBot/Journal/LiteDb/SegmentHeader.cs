using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace WebhookBot.Journal.LiteDb;

/// <summary>The first bytes of a segment: what it is, its format, its number, and the salt of its checksums.</summary>
internal readonly record struct SegmentHeader(int Number, uint Salt)
{
    public const int Size = 64;
    public const int FormatVersion = 5;
    public const string LogExtension = ".log";
    public const string IndexExtension = ".idx";

    /// <summary>Stands behind the name of a segment that is kept for a person to look at; behind it a number when there are several of one name.</summary>
    public const string DamagedExtension = LogExtension + ".damaged";

    private static ReadOnlySpan<byte> Magic => "WBJRNL\r\n"u8;

    /// <summary>The format that its records are in.</summary>
    public int Version { get; init; } = FormatVersion;

    public static SegmentHeader New(int number) => new(number, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));

    public static string FileName(int number, string extension) => number.ToString("D10", CultureInfo.InvariantCulture) + extension;

    /// <summary>The number in a log file's name, or null when it is none.</summary>
    public static int? NumberOf(string fileName) => NumberOf(fileName, LogExtension);

    /// <summary>The number in a sidecar's name, or null when it is none.</summary>
    public static int? NumberOfSidecar(string fileName) => NumberOf(fileName, IndexExtension);

    /// <summary>The number in the name of a segment that was put aside, or of a sidecar; null when it is neither.</summary>
    public static int? NumberOfPutAside(string fileName) =>
        fileName.IndexOf(DamagedExtension, StringComparison.Ordinal) is > 0 and var at
            ? NumberOf(fileName[..at] + LogExtension)
            : NumberOfSidecar(fileName);

    private static int? NumberOf(string fileName, string extension) =>
        fileName.EndsWith(extension, StringComparison.Ordinal)
        && int.TryParse(fileName.AsSpan(0, fileName.Length - extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>What the checksum of a frame's header at that offset begins with.</summary>
    public uint Seed(long offset)
    {
        Span<byte> place = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(place, Number);
        BinaryPrimitives.WriteInt64LittleEndian(place[4..], offset);
        return Crc32C.Of(Salt, place);
    }

    public void Write(Span<byte> to)
    {
        to[..Size].Clear();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(to[(Size - 4)..], Crc32C.Of(0, to[..(Size - 4)]));
    }

    /// <exception cref="InvalidDataException">It was written by a newer version.</exception>
    public static bool TryRead(ReadOnlySpan<byte> from, int number, out SegmentHeader header)
    {
        header = default;
        if (from.Length < Size
            || !from[..Magic.Length].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(from[(Size - 4)..]) != Crc32C.Of(0, from[..(Size - 4)]))
        {
            return false;
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(from[8..]);
        if (version > FormatVersion)
        {
            throw new InvalidDataException(
                $"The journal's segment {number} has format {version}; this version reads up to {FormatVersion}. Use the newer version again.");
        }

        header = new SegmentHeader(BinaryPrimitives.ReadInt32LittleEndian(from[12..]), BinaryPrimitives.ReadUInt32LittleEndian(from[16..])) { Version = version };
        return header.Number == number;
    }
}
