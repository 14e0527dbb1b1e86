using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Writes a payload into a rented buffer. Whoever takes the buffer gives it back.</summary>
internal struct PayloadWriter(int capacity)
{
    private byte[] _buffer = BufferPool.Rent(capacity);

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public readonly byte[] Buffer => _buffer;

    /// <summary>The next bytes, at least that many; <see cref="Advance"/> keeps them.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            var larger = BufferPool.Rent(Math.Max(Length + count, _buffer.Length * 2));
            Written.CopyTo(larger);
            BufferPool.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);
        Length += 8;
    }

    public void Key(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(Reserve(16), value);
        Length += 16;
    }

    public void Number(long value)
    {
        var to = Reserve(10);
        var rest = (ulong)value;
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            to[count++] = (byte)(rest | 0x80);
        }

        to[count++] = (byte)rest;
        Length += count;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <remarks>UTF-16 where it is not ASCII: UTF-8 would change a lone surrogate, and two hostile ids could become one.</remarks>
    public void String(string value)
    {
        var isAscii = Ascii.IsValid(value);
        Number(((long)value.Length << 1) | (isAscii ? 0L : 1L));
        if (isAscii)
        {
            Length += Encoding.ASCII.GetBytes(value, Reserve(value.Length));
        }
        else
        {
            Bytes(MemoryMarshal.AsBytes(value.AsSpan()));
        }
    }

    public void OptionalString(string? value)
    {
        Byte(value is null ? (byte)0 : (byte)1);
        if (value is not null)
        {
            String(value);
        }
    }

    /// <summary>The rest of the payload, compressed when that halves it: less is not worth unpacking it again and again.</summary>
    public void Content(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > ContentCodec.WorthTrying)
        {
            var to = Reserve(raw.Length / 2);
            if (ContentCodec.TryCompress(raw, to[5..(raw.Length / 2)], out var count))
            {
                to[0] = (byte)Packing.Snappy;
                BinaryPrimitives.WriteInt32LittleEndian(to[1..], raw.Length);
                Length += 5 + count;
                return;
            }
        }

        Byte((byte)Packing.None);
        Bytes(raw);
    }

    public void Return() => BufferPool.Return(_buffer);
}
