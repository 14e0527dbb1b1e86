using WebhookBot.Journal;

namespace WebhookBot.Actions;

/// <summary>
/// A try whose end is not known: what it asked for may have been done. It is written into the attempt's words, so that a person reads it, and
/// so that the next try knows although such a try may not be counted.
/// </summary>
public static class UncertainEnd
{
    private const string Note = " (it may have been done all the same)";

    /// <summary>The words with the note, once, when it belongs there.</summary>
    public static string Tell(string detail, bool mayHaveHappened)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return mayHaveHappened && !IsNoted(detail) ? detail + Note : detail;
    }

    /// <summary>Whether it is told of one of the tries of that action.</summary>
    public static bool IsIn(PlannedActionRecord action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return action.Attempts.Any(a => IsNoted(a.Detail));
    }

    private static bool IsNoted(string detail) => detail.EndsWith(Note, StringComparison.Ordinal);
}
