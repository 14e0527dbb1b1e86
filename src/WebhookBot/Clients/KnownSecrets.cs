using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Encodings.Web;

namespace WebhookBot.Clients;

/// <summary>
/// The values that nobody may see: settings whose name says that they are secret, the secrets of sources, tokens that were obtained. Whatever
/// leaves the process for people to read passes through <see cref="Mask(string)"/>.
/// </summary>
public sealed partial class KnownSecrets
{
    // A shorter one is no secret, and would blot out words.
    private const int Shortest = 8;

    // What stands where a text was cut. Less than so many letters of a secret tell nothing.
    private const char Cut = '…';
    private const int ShortestBeginning = 4;

    private const string FileSuffix = "_FILE";

    // Many installations' tokens come and go; those that have gone are no secrets any more, and all have a form of their own.
    private const int MostObtained = 1000;

    private readonly ConcurrentDictionary<string, byte> _values = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _obtained = new();
    private readonly Lock _sorting = new();

    // Made when one becomes known, as every line that leaves is masked.
    private volatile Search _search = new([]);

    public KnownSecrets(IConfiguration configuration)
    {
        foreach (var (key, _) in configuration.AsEnumerable())
        {
            var name = key.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase) ? key[..^FileSuffix.Length] : key;
            if (SecretName().IsMatch(name))
            {
                Know(Read(configuration, name));
            }
        }
    }

    /// <summary>Makes a value known for good.</summary>
    public void Know(string? value)
    {
        foreach (var form in FormsOf(value))
        {
            _values.TryAdd(form, 0);
        }

        Sort();
    }

    /// <summary>Makes a value known that serves for a while.</summary>
    public void KnowObtained(string? value)
    {
        foreach (var form in FormsOf(value).Where(form => _values.TryAdd(form, 0)))
        {
            _obtained.Enqueue(form);
        }

        while (_obtained.Count > MostObtained && _obtained.TryDequeue(out var old))
        {
            _values.TryRemove(old, out _);
        }

        Sort();
    }

    /// <summary>The text with <see cref="Redaction.Mark"/> for what is known and for what looks like a credential; the same object when there is neither.</summary>
    public string Mask(string text) => Redaction.Mask(_search.MaskCut(_search.Mask(text)));

    /// <summary>The same for UTF-8. The same memory when there is neither: what holds no secret goes out as it came, to the byte.</summary>
    public ReadOnlyMemory<byte> Mask(ReadOnlyMemory<byte> text)
    {
        var read = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var whole = read.AsSpan(0, Encoding.UTF8.GetChars(text.Span, read));
            return _search.Finds(whole) || Redaction.MayHoldCredential(whole) ? Encoding.UTF8.GetBytes(Mask(whole.ToString())) : text;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(read);
        }
    }

    private void Sort()
    {
        lock (_sorting)
        {
            _search = new Search([.. _values.Keys.OrderByDescending(value => value.Length)]);
        }
    }

    // As it is, as it stands in JSON, and as it stands in an address.
    private static IEnumerable<string> FormsOf(string? value) => value?.Trim() is not { Length: >= Shortest } whole ? [] : new[]
    {
        whole,
        JsonEncodedText.Encode(whole).ToString(),
        JsonEncodedText.Encode(whole, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        Uri.EscapeDataString(whole),
    }.Distinct(StringComparer.Ordinal);

    // Other programs' variables end in _FILE too, and what they name need not be there for us.
    private static string? Read(IConfiguration configuration, string name)
    {
        try
        {
            return configuration[name];
        }
        catch (Exception)
        {
            return null;
        }
    }

    // All of them are looked for at once; only a text that holds one is gone through for each. The longest first: one secret may begin with another.
    private sealed class Search(string[] longestFirst)
    {
        private readonly SearchValues<string> _any = SearchValues.Create(longestFirst, StringComparison.Ordinal);

        /// <summary>The text without the beginning of a secret where it was cut.</summary>
        public string MaskCut(string text)
        {
            for (var at = text.IndexOf(Cut, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Cut, at + 1))
            {
                var before = text.AsSpan(0, at);
                var longest = 0;
                foreach (var secret in longestFirst)
                {
                    longest = Math.Max(longest, EndsWithBeginningOf(before, secret));
                }

                if (longest >= ShortestBeginning)
                {
                    text = $"{text[..(at - longest)]}{Redaction.Mark}{text[at..]}";
                    at += Redaction.Mark.Length - longest;
                }
            }

            return text;
        }

        private static int EndsWithBeginningOf(ReadOnlySpan<char> text, string secret)
        {
            for (var length = Math.Min(text.Length, secret.Length - 1); length >= ShortestBeginning; length--)
            {
                if (text.EndsWith(secret.AsSpan(0, length)))
                {
                    return length;
                }
            }

            return 0;
        }

        public bool Finds(ReadOnlySpan<char> text) => text.ContainsAny(_any);

        public string Mask(string text) =>
            Finds(text) ? longestFirst.Aggregate(text, (masked, value) => masked.Replace(value, Redaction.Mark, StringComparison.Ordinal)) : text;
    }

    [GeneratedRegex("(?:token|secret|password|passwd|private_?key|api_?key|credentials?)(?!_?file)(?:_?[a-z0-9]{1,8})?$|_key$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
