namespace WebhookBot.Rules.Compilation;

/// <summary>"Did you mean": the nearest known name.</summary>
public static class Suggestion
{
    /// <summary>What stands before the name that is near.</summary>
    internal const string DidYouMean = "; did you mean '";

    private const int LongestName = 64;

    /// <summary><c>; did you mean 'is'?</c>, or the known names when none is near and they are few, or nothing.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var near = Near(name, names);
        return near.Length == 0 && names.Count is > 0 and <= 16 ? $"; known: {string.Join(", ", names)}" : near;
    }

    /// <summary><c>; did you mean 'is'?</c>, or nothing when none is near.</summary>
    internal static string Near(string name, IEnumerable<string> known) =>
        Nearest(name, known) is { } nearest ? $"{DidYouMean}{nearest}'?" : "";

    /// <summary>The known name that is at most a third of its letters away, or null.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length > LongestName)
        {
            return null;
        }

        return known
            .Select(k => (Name: k, Distance: Distance(name.ToLowerInvariant(), k.ToLowerInvariant())))
            .Where(k => k.Distance <= Math.Max(2, k.Name.Length / 3) && k.Distance < k.Name.Length)
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Name, StringComparer.Ordinal)
            .Select(k => k.Name)
            .FirstOrDefault();
    }

    /// <summary>Whether somebody who wrote that name is told to write the other, by its mend when it has one, else as it is the nearest: then that one is not missing.</summary>
    internal static bool StandsFor(string written, string name, IEnumerable<string> known, string? mend) =>
        mend?.StartsWith($"; write '{name}'", StringComparison.Ordinal) ?? Nearest(written, known) == name;

    /// <summary>The known name that a name which may be right all the same looks like: a short one has to be nearer than others.</summary>
    internal static string? Misspelt(string name, IEnumerable<string> known) =>
        Nearest(name, known.Where(k => k.Length >= 4 && Distance(name.ToLowerInvariant(), k.ToLowerInvariant()) <= Math.Max(1, k.Length / 3)));

    /// <summary>The text as YAML takes it, whatever it begins with.</summary>
    internal static string Quote(string text) =>
        text.Contains('"', StringComparison.Ordinal) ? $"'{Shorten(text.Replace("'", "''", StringComparison.Ordinal))}'" : $"\"{Shorten(text)}\"";

    internal static string Shorten(string text) => text.Length <= 80 ? text : text[..79] + "…";

    // Optimal string alignment: a swap of neighbours counts as one slip, as it is one.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
