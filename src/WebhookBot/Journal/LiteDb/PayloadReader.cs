using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Reads what a <see cref="PayloadWriter"/> wrote.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new InvalidDataException("A record of the journal is shorter than it says.");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public byte Byte() => Bytes(1)[0];

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    public UInt128 Key() => BinaryPrimitives.ReadUInt128LittleEndian(Bytes(16));

    public long Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("A record of the journal holds a number without end.");
    }

    public string String()
    {
        var size = Number();
        var length = checked((int)(size >> 1));
        return (size & 1) == 0
            ? Encoding.ASCII.GetString(Bytes(length))
            : new string(MemoryMarshal.Cast<byte, char>(Bytes(checked(length * 2))));
    }

    /// <summary>A string that many records have; no new one for each of them.</summary>
    public string Name()
    {
        var length = PeekStringLength();
        if ((ulong)length > Names.Longest || (_rest[0] & 1) != 0)
        {
            return String();
        }

        Number();
        Span<char> letters = stackalloc char[Names.Longest];
        return Names.Shared(letters[..Encoding.ASCII.GetChars(Bytes((int)length), letters)]);
    }

    public string? OptionalString() => Byte() == 0 ? null : String();

    /// <summary>A key of the optional string that is next; 0 when there is none. Equal strings are written with equal bytes.</summary>
    public UInt128 OptionalKey()
    {
        if (Byte() == 0)
        {
            return default;
        }

        var before = _rest;
        SkipString();
        return ContentKey.Of(before[..^_rest.Length]);
    }

    /// <summary>How many characters the next string has.</summary>
    public readonly long PeekStringLength() => new PayloadReader(_rest).Number() >> 1;

    public void SkipString()
    {
        var size = Number();
        Bytes(checked((int)((size & 1) == 0 ? size >> 1 : size >> 1 << 1)));
    }

    public void SkipOptionalString()
    {
        if (Byte() != 0)
        {
            SkipString();
        }
    }

    /// <summary>The rest of the payload as it was before it was compressed.</summary>
    public byte[] Content()
    {
        var packing = (Packing)Byte();
        if (packing == Packing.None)
        {
            return Bytes(_rest.Length).ToArray();
        }

        var raw = new byte[BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))];
        ContentCodec.Decompress(packing, Bytes(_rest.Length), raw);
        return raw;
    }
}
