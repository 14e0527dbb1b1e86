using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WebhookBot.Journal;

namespace WebhookBot.Intake;

/// <summary>
/// One pass over a verified body: whether it is JSON that can safely be worked off, and the values its event's name, id and subject
/// are made of. Allocates next to nothing, whatever the body says.
/// </summary>
internal ref struct BodyJson
{
    public const int MaxDepth = DeliveryBody.MaxDepth;
    public const int MaxTokens = 1_000_000;
    private const int LongestValue = 1024;
    private const int LongestList = 16 * LongestValue;

    private readonly BodyFields _fields;
    private readonly string?[] _values;
    private readonly Stack<BodyFields.Node?> _open = new();
    private NameSets _names;
    private Dictionary<int, IncrementalHash>? _rests;

    private BodyJson(BodyFields fields)
    {
        _fields = fields;
        _values = new string?[fields.Count];
        _names = new NameSets();
    }

    /// <summary>The values by the number of their path; null, and what is wrong, when the body is no such JSON.</summary>
    public static string?[]? Read(ReadOnlySpan<byte> body, BodyFields fields, out string? problem)
    {
        if (!Utf8.IsValid(body))
        {
            problem = "the body is not UTF-8";
            return null;
        }

        var pass = new BodyJson(fields);
        try
        {
            problem = pass.Walk(DeliveryBody.WithoutMark(body));
            pass.Finish();
        }
        catch (JsonException e)
        {
            problem = pass._open.Count >= MaxDepth
                ? $"the body is nested deeper than {MaxDepth} levels"
                : $"the body is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
        }
        finally
        {
            pass.Dispose();
        }

        return problem is null ? pass._values : null;
    }

    public readonly void Dispose()
    {
        _names.Dispose();
        foreach (var rest in _rests?.Values ?? Enumerable.Empty<IncrementalHash>())
        {
            rest.Dispose();
        }
    }

    private string? Walk(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        BodyFields.Node? at = _fields.Root;
        var tokens = 0;
        while (reader.Read())
        {
            if (++tokens > MaxTokens)
            {
                return $"the body has more than {MaxTokens:N0} JSON tokens";
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (!_names.Add(ref reader))
                    {
                        return $"the body has a key twice in one object: byte {reader.TokenStartIndex}";
                    }

                    at = _open.Peek()?.Find(reader.ValueSpan);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    _open.Push(at);
                    _names.Open();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _open.Pop();
                    _names.Close();
                    at = _open.Count > 0 ? _open.Peek() : null;
                    break;
                default:
                    if (_open.Count == 0)
                    {
                        return "the body is neither a JSON object nor an array";
                    }

                    Keep(ref reader, at);
                    at = _open.Peek();
                    break;
            }
        }

        return null;
    }

    private void Keep(ref Utf8JsonReader reader, BodyFields.Node? at)
    {
        if (at is not { Path: >= 0 and var path } || reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        var text = TextOf(ref reader);
        if (_values[path] is not { } before)
        {
            _values[path] = text;
        }
        else if (before.Length < LongestList)
        {
            _values[path] = $"{before},{text}";
        }
        else
        {
            _rests ??= [];
            var rest = _rests.TryGetValue(path, out var begun) ? begun : _rests[path] = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            rest.AppendData(Encoding.UTF8.GetBytes($",{text}"));
        }
    }

    // What is too long to be kept is told from others by its hash: ids are made of these values, and two that differ late are two.
    private readonly void Finish()
    {
        foreach (var (path, rest) in _rests ?? [])
        {
            _values[path] += $",…{HashOf(rest.GetHashAndReset())}";
        }
    }

    private static string HashOf(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..16]);

    private static string TextOf(ref Utf8JsonReader reader)
    {
        var span = reader.ValueSpan;
        if (span.Length > LongestValue)
        {
            return $"{Encoding.UTF8.GetString(span[..LongestValue])}…{HashOf(SHA256.HashData(span))}";
        }

        return reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && IsWhole(ref reader, out var unescaped) ? unescaped : Encoding.UTF8.GetString(span);
    }

    // A string with half of a surrogate pair in it cannot be unescaped; it is kept as it is written.
    private static bool IsWhole(ref Utf8JsonReader reader, out string text)
    {
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>
    /// The hashes of the keys seen in each open object. Few keys are searched in a row, which is fastest; many get a set, so that an object
    /// of a hundred thousand keys does not cost their square.
    /// </summary>
    private ref struct NameSets
    {
        private const int Few = 128;
        private const int Words = 4;
        private const ulong Odd = 0x9E3779B97F4A7C15;

        // Two that know nothing of each other: one alone cancels out of the product of keys that are made for it.
        private static readonly ulong Seed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));
        private static readonly ulong OtherSeed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));

        private readonly int[] _starts = ArrayPool<int>.Shared.Rent(MaxDepth + 2);

        // Of each open object a bit for every group of hashes that it has a key in: a key that is the first of its group need not be looked for.
        private readonly ulong[] _groups = ArrayPool<ulong>.Shared.Rent((MaxDepth + 2) * Words);
        private ulong[] _hashes = ArrayPool<ulong>.Shared.Rent(256);
        private Dictionary<int, HashSet<ulong>>? _sets;
        private int _count;
        private int _depth;

        public NameSets()
        {
        }

        public void Open()
        {
            _groups.AsSpan(_depth * Words, Words).Clear();
            _starts[_depth++] = _count;
        }

        public void Close()
        {
            _count = _starts[--_depth];
            _sets?.Remove(_depth);
        }

        public bool Add(ref Utf8JsonReader reader)
        {
            var hash = reader.ValueIsEscaped && IsWhole(ref reader, out var name) ? Hash(Encoding.UTF8.GetBytes(name)) : Hash(reader.ValueSpan);
            var start = _starts[_depth - 1];
            var siblings = _hashes.AsSpan(start, _count - start);
            if (siblings.Length < Few)
            {
                ref var group = ref _groups[((_depth - 1) * Words) + (int)(hash >> 62)];
                var bit = 1UL << (int)hash;
                if ((group & bit) != 0 && siblings.Contains(hash))
                {
                    return false;
                }

                group |= bit;
            }
            else if (!SetOf(siblings).Add(hash))
            {
                return false;
            }

            if (_count == _hashes.Length)
            {
                Grow();
            }

            _hashes[_count++] = hash;
            return true;
        }

        public readonly void Dispose()
        {
            ArrayPool<int>.Shared.Return(_starts);
            ArrayPool<ulong>.Shared.Return(_groups);
            ArrayPool<ulong>.Shared.Return(_hashes);
        }

        private HashSet<ulong> SetOf(ReadOnlySpan<ulong> siblings)
        {
            _sets ??= [];
            if (!_sets.TryGetValue(_depth - 1, out var set))
            {
                _sets[_depth - 1] = set = [.. siblings];
            }

            return set;
        }

        private void Grow()
        {
            var larger = ArrayPool<ulong>.Shared.Rent(_hashes.Length * 2);
            _hashes.CopyTo(larger.AsSpan());
            ArrayPool<ulong>.Shared.Return(_hashes);
            _hashes = larger;
        }

        // The last eight bytes may be read twice: cheaper than what is left over one by one.
        private static ulong Hash(ReadOnlySpan<byte> name)
        {
            var hash = Seed;
            for (var rest = name; rest.Length > 16; rest = rest[8..])
            {
                hash = Mix(hash ^ MemoryMarshal.Read<ulong>(rest), Odd);
            }

            var (first, last) = name.Length switch
            {
                > 16 => (MemoryMarshal.Read<ulong>(name[^16..]), MemoryMarshal.Read<ulong>(name[^8..])),
                >= 8 => (MemoryMarshal.Read<ulong>(name), MemoryMarshal.Read<ulong>(name[^8..])),
                >= 4 => (MemoryMarshal.Read<uint>(name), MemoryMarshal.Read<uint>(name[^4..])),
                > 0 => (name[0] | ((ulong)name[name.Length / 2] << 8), name[^1]),
                _ => (0UL, 0UL),
            };
            return Mix(hash ^ first, last ^ ((ulong)name.Length * Odd) ^ OtherSeed);
        }

        private static ulong Mix(ulong one, ulong other)
        {
            var high = Math.BigMul(one, other, out var low);
            return high ^ low;
        }
    }
}
