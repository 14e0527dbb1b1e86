namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>What two triggers have in common.</summary>
internal static class TriggerOverlap
{
    /// <summary>Whether every event of the narrow pattern also fits the wide one.</summary>
    public static bool Covers(string wide, string narrow)
    {
        var (w, n) = (wide.Split('.'), narrow.Split('.'));
        for (var i = 0; i < w.Length; i++)
        {
            if (i >= n.Length || (w[i] != "*" && w[i] != n[i]))
            {
                return false;
            }
        }

        // A star at the end stands for the rest, so it has to be met by one.
        return w[^1] == "*" || (n.Length == w.Length && n[^1] != "*");
    }

    /// <summary>Whether every event of the narrow rule also fires the wide one.</summary>
    public static bool Covers(Rule wide, Rule narrow) =>
        narrow.Triggers.All(n => wide.Triggers.Any(w => Covers(w.Pattern, n.Pattern)));

    /// <summary>
    /// The narrower of two patterns of which one covers the other; null when there are none. Patterns that merely cross, such as
    /// <c>github.*.labeled</c> and <c>github.push.*</c>, may do so where no event is.
    /// </summary>
    public static string? Common(Rule one, Rule other)
    {
        foreach (var a in one.Triggers)
        {
            foreach (var b in other.Triggers)
            {
                if (Covers(a.Pattern, b.Pattern))
                {
                    return b.Pattern;
                }

                if (Covers(b.Pattern, a.Pattern))
                {
                    return a.Pattern;
                }
            }
        }

        return null;
    }
}
