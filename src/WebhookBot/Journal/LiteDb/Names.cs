using System.Collections.Concurrent;

namespace WebhookBot.Journal.LiteDb;

/// <summary>One instance of each source and event name instead of one a delivery.</summary>
internal static class Names
{
    // Enough for every event of every source; beyond it somebody invents names, and those are not worth keeping.
    private const int Most = 4096;

    private static readonly ConcurrentDictionary<string, string> s_names = new(StringComparer.Ordinal);

    public static string Shared(string name)
    {
        if (s_names.TryGetValue(name, out var known))
        {
            return known;
        }

        return s_names.Count < Most ? s_names.GetOrAdd(name, name) : name;
    }
}
