using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Intake;

/// <summary>The values that a pass over a body keeps, by the number of their path. Several at one path are kept as a list.</summary>
internal struct BodyValues(int paths) : IDisposable
{
    private const int LongestValue = 1024;
    private const int LongestList = 16 * LongestValue;

    private readonly string?[] _texts = new string?[paths];
    private Dictionary<int, IncrementalHash>? _rests;

    /// <summary>Whether so much is kept of a value only by its hash that what it stands for does not matter.</summary>
    public static bool IsCut(ReadOnlySpan<byte> value) => value.Length > LongestValue;

    /// <summary>Keeps a value as it is written.</summary>
    public void Keep(int path, ReadOnlySpan<byte> value) =>
        Keep(path, IsCut(value) ? $"{Encoding.UTF8.GetString(value[..LongestValue])}…{HashOf(SHA256.HashData(value))}" : Encoding.UTF8.GetString(value));

    public void Keep(int path, string text)
    {
        if (_texts[path] is not { } before)
        {
            _texts[path] = text;
        }
        else if (before.Length < LongestList)
        {
            _texts[path] = $"{before},{text}";
        }
        else
        {
            _rests ??= [];
            var rest = _rests.TryGetValue(path, out var begun) ? begun : _rests[path] = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            rest.AppendData(Encoding.UTF8.GetBytes($",{text}"));
        }
    }

    /// <summary>All of them, when there are no more.</summary>
    public readonly string?[] Finish()
    {
        // What is too long to be kept is told from others by its hash: ids are made of these values, and two that differ late are two.
        foreach (var (path, rest) in _rests ?? [])
        {
            _texts[path] += $",…{HashOf(rest.GetHashAndReset())}";
        }

        return _texts;
    }

    public readonly void Dispose()
    {
        foreach (var rest in _rests?.Values ?? Enumerable.Empty<IncrementalHash>())
        {
            rest.Dispose();
        }
    }

    private static string HashOf(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..16]);
}
