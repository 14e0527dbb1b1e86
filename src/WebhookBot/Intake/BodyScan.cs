using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WebhookBot.Intake;

/// <summary>
/// Reads a body as <see cref="BodyJson"/> does, in half of the time, and says nothing of what it does not take: what is no JSON, has a key twice
/// or is out of the ordinary (escapes in keys and in values that are kept, deep and large bodies) is left to the library's reader. What is taken
/// here that one takes, too, with the same values. The grammar is https://www.rfc-editor.org/rfc/rfc8259.
/// </summary>
internal unsafe ref struct BodyScan
{
    // No body of that many bytes has more tokens than may be.
    private const int Largest = BodyJson.MaxTokens;

    private readonly BodyFields _fields;
    private readonly byte* _end;
    private OpenNodes _open;
    private int _depth;

    // A bit for each level that is open: whether it is an object.
    private ulong _objects;
    private BodyValues _values;
    private BodyNames _names;

    private BodyScan(BodyFields fields, byte* end)
    {
        _fields = fields;
        _end = end;
        _values = new BodyValues(fields.Count);
        _names = new BodyNames();
    }

    private readonly bool IsInObject => (_objects & 1) != 0;

    /// <summary>The values by the number of their path; null when the library is to be asked.</summary>
    /// <param name="body">Valid UTF-8 without a byte order mark.</param>
    /// <param name="fields">The paths.</param>
    public static string?[]? Read(ReadOnlySpan<byte> body, BodyFields fields)
    {
        if (body.Length > Largest || !Vector256.IsHardwareAccelerated)
        {
            return null;
        }

        fixed (byte* start = body)
        {
            var scan = new BodyScan(fields, start + body.Length);
            try
            {
                return scan.Takes(start) ? scan._values.Finish() : null;
            }
            finally
            {
                scan.Dispose();
            }
        }
    }

    public readonly void Dispose()
    {
        _names.Dispose();
        _values.Dispose();
    }

    // Every method below is given where it begins and gives where it has come to; null when it does not take what is there.
    private bool Takes(byte* at)
    {
        at = SkipSpace(at);
        if (Peek(at) is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        var node = _fields.Root;
        do
        {
            var isOpening = Peek(at) is (byte)'{' or (byte)'[';
            at = TakeValue(at, node);
            at = at is null ? null : TakeUpToValue(at, isOpening, out node);
        }
        while (at is not null && _depth > 0);

        return at is not null && SkipSpace(at) == _end;
    }

    private byte* TakeValue(byte* at, BodyFields.Node? node) => Peek(at) switch
    {
        (byte)'"' => TakeText(at, node),
        (byte)'{' => Open(at, node, isObject: true),
        (byte)'[' => Open(at, node, isObject: false),
        (byte)'t' => TakeWord(at, "true"u8, node),
        (byte)'f' => TakeWord(at, "false"u8, node),
        (byte)'n' => TakeWord(at, "null"u8, node: null),
        _ => TakeNumber(at, node),
    };

    /// <summary>What stands between one value and the next: commas, keys, and the ends of objects and arrays.</summary>
    /// <param name="at">Where it begins.</param>
    /// <param name="isOpening">Whether what was read last is the beginning of an object or array.</param>
    /// <param name="node">The path of the next value.</param>
    private byte* TakeUpToValue(byte* at, bool isOpening, out BodyFields.Node? node)
    {
        node = null;
        for (; _depth > 0; isOpening = false)
        {
            at = SkipSpace(at);
            var next = Peek(at);
            if (next == (IsInObject ? (byte)'}' : (byte)']'))
            {
                Close();
                at++;
                continue;
            }

            if (!isOpening)
            {
                if (next != (byte)',')
                {
                    return null;
                }

                at = SkipSpace(at + 1);
            }

            node = _open[_depth - 1];
            return IsInObject ? TakeKey(at, ref node) : at;
        }

        return at;
    }

    private byte* TakeKey(byte* at, ref BodyFields.Node? node)
    {
        var end = EndOfText(at, mayHaveEscapes: false);
        if (end is null)
        {
            return null;
        }

        var key = Between(at + 1, end);
        at = SkipSpace(end + 1);
        if (Peek(at) != (byte)':' || !_names.Add(key))
        {
            return null;
        }

        node = node?.Find(key);
        return SkipSpace(at + 1);
    }

    private byte* TakeText(byte* at, BodyFields.Node? node)
    {
        var end = EndOfText(at, mayHaveEscapes: node is not { Path: >= 0 });
        if (end is null)
        {
            return null;
        }

        Keep(Between(at + 1, end), node);
        return end + 1;
    }

    private byte* TakeWord(byte* at, ReadOnlySpan<byte> word, BodyFields.Node? node)
    {
        if (!Between(at, _end).StartsWith(word))
        {
            return null;
        }

        Keep(word, node);
        return at + word.Length;
    }

    private byte* TakeNumber(byte* at, BodyFields.Node? node)
    {
        var start = at;
        at += Peek(at) == (byte)'-' ? 1 : 0;
        at = Peek(at) == (byte)'0' ? at + 1 : TakeDigits(at);
        if (at is not null && Peek(at) == (byte)'.')
        {
            at = TakeDigits(at + 1);
        }

        if (at is not null && Peek(at) is (byte)'e' or (byte)'E')
        {
            at++;
            at = TakeDigits(Peek(at) is (byte)'+' or (byte)'-' ? at + 1 : at);
        }

        if (at is not null)
        {
            Keep(Between(start, at), node);
        }

        return at;
    }

    private readonly byte* TakeDigits(byte* at)
    {
        var start = at;
        while (char.IsAsciiDigit((char)Peek(at)))
        {
            at++;
        }

        return at == start ? null : at;
    }

    private void Keep(ReadOnlySpan<byte> value, BodyFields.Node? node)
    {
        if (node is { Path: >= 0 and var path })
        {
            _values.Keep(path, value);
        }
    }

    private byte* Open(byte* at, BodyFields.Node? node, bool isObject)
    {
        if (_depth == BodyJson.MaxDepth)
        {
            return null;
        }

        _open[_depth++] = node;
        _objects = (_objects << 1) | (isObject ? 1UL : 0);
        _names.Open();
        return at + 1;
    }

    private void Close()
    {
        _depth--;
        _objects >>= 1;
        _names.Close();
    }

    /// <summary>Where the text ends that begins there; null when there is none, or it has escapes and must have none.</summary>
    private readonly byte* EndOfText(byte* at, bool mayHaveEscapes)
    {
        if (Peek(at) != (byte)'"')
        {
            return null;
        }

        var end = FindInText(at + 1);
        while (mayHaveEscapes && Peek(end) == (byte)'\\')
        {
            end = SkipEscape(end);
            if (end is null)
            {
                return null;
            }

            end = FindInText(end);
        }

        return Peek(end) == (byte)'"' ? end : null;
    }

    private readonly byte* SkipEscape(byte* at)
    {
        const int HexDigits = 4;
        if (Peek(at + 1) is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t')
        {
            return at + 2;
        }

        var isHex = Peek(at + 1) == (byte)'u';
        at += 2;
        for (var i = 0; isHex && i < HexDigits; i++, at++)
        {
            isHex = char.IsAsciiHexDigit((char)Peek(at));
        }

        return isHex ? at : null;
    }

    /// <summary>The first quotation mark, backslash or control character; the end when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* FindInText(byte* at)
    {
        for (; _end - at >= Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            var bytes = Vector256.Load(at);
            var found = Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
                | Vector256.LessThan(bytes, Vector256.Create((byte)0x20));
            if (found.ExtractMostSignificantBits() is not 0 and var bits)
            {
                return at + BitOperations.TrailingZeroCount(bits);
            }
        }

        while (at < _end && *at is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            at++;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* SkipSpace(byte* at)
    {
        while (at < _end && *at is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    // Behind the end stands nothing that any rule of the grammar takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte Peek(byte* at) => at < _end ? *at : (byte)0;

    private static ReadOnlySpan<byte> Between(byte* start, byte* end) => new(start, (int)(end - start));

    [InlineArray(BodyJson.MaxDepth)]
    private struct OpenNodes
    {
        private BodyFields.Node? _first;
    }
}
