using System.Collections.Concurrent;

namespace WebhookBot.Journal.LiteDb;

/// <summary>One instance of each name of a source, an event or a rule instead of one a delivery.</summary>
internal static class Names
{
    /// <summary>The longest that is kept, in characters.</summary>
    public const int Longest = 256;

    // Enough for every event of every source; beyond it somebody invents names, and those are not worth keeping.
    private const int Most = 4096;

    private static readonly ConcurrentDictionary<string, string> s_names = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> s_byLetters = s_names.GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Shared(ReadOnlySpan<char> letters)
    {
        if (s_byLetters.TryGetValue(letters, out var known))
        {
            return known;
        }

        var name = letters.ToString();
        return s_names.Count < Most ? s_names.GetOrAdd(name, name) : name;
    }
}
