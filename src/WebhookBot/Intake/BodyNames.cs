using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WebhookBot.Intake;

/// <summary>
/// The hashes of the keys seen in each open object. Few keys are searched in a row, which is fastest; many get a set, so that an object
/// of a hundred thousand keys does not cost their square.
/// </summary>
internal ref struct BodyNames
{
    private const int Few = 128;
    private const int Words = 4;
    private const ulong Odd = 0x9E3779B97F4A7C15;

    // Two that know nothing of each other: one alone cancels out of the product of keys that are made for it.
    private static readonly ulong Seed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong OtherSeed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));

    private readonly int[] _starts = ArrayPool<int>.Shared.Rent(BodyJson.MaxDepth + 2);

    // Of each open object a bit for every group of hashes that it has a key in: a key that is the first of its group need not be looked for.
    private readonly ulong[] _groups = ArrayPool<ulong>.Shared.Rent((BodyJson.MaxDepth + 2) * Words);
    private ulong[] _hashes = ArrayPool<ulong>.Shared.Rent(256);
    private Dictionary<int, HashSet<ulong>>? _sets;
    private int _count;
    private int _depth;

    public BodyNames()
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

    /// <summary>Notes a key of the object that was opened last; false when it is there already.</summary>
    /// <param name="name">As it stands without escapes.</param>
    public bool Add(ReadOnlySpan<byte> name)
    {
        var hash = Hash(name);
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
