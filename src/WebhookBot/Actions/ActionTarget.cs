namespace WebhookBot.Actions;

/// <summary>
/// Whom an action calls: what it shares with all other actions that call there. A host may be broken as a whole; limits and pace are a
/// lane's, such as one channel, one account, or the host itself.
/// </summary>
/// <param name="Kind">One of a few words, for measurements: <c>slack</c>, <c>github</c>, <c>http</c>.</param>
/// <param name="Host">What is broken as a whole when it is, in words for a person.</param>
/// <param name="Lane">What limits and pace go by; the host's name when that is the host itself.</param>
public sealed record ActionTarget(string Kind, string Host, string Lane)
{
    /// <summary>How fast the lane may be used; null when it has no pace.</summary>
    public Pace? Pace { get; init; }

    /// <summary>How many turns of the lane's pace it takes.</summary>
    public int Turns { get; init; } = 1;

    /// <summary>Of all that wait with the same key only the newest is done: it says all that the others say. Null when it stands for itself.</summary>
    public string? Latest { get; init; }

    /// <summary>One line that tells what it is about, when many that wait may be told as one; else null.</summary>
    public string? Line { get; init; }
}

/// <summary>So many turns at once, and then one each time.</summary>
/// <param name="Interval">How far apart.</param>
/// <param name="Burst">How many at once after a quiet time.</param>
public sealed record Pace(TimeSpan Interval, int Burst)
{
    /// <summary>None when the interval is nothing.</summary>
    public static Pace? Of(TimeSpan interval, int burst) => interval > TimeSpan.Zero ? new Pace(interval, burst) : null;
}

/// <summary>Actions that waited for the same lane and are told as one.</summary>
/// <param name="Lines">What the first of them are about.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Since">When the first of their events came in.</param>
/// <param name="Until">When the last did.</param>
public sealed record ActionPile(IReadOnlyList<string> Lines, int Count, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>What is known of a try before it is begun.</summary>
/// <param name="IsDue">True when its time had to come, false when it is the first thing done about a plan.</param>
/// <param name="MayHaveHappened">True when an earlier try may have done it without our knowing.</param>
public readonly record struct ActionTry(bool IsDue, bool MayHaveHappened);
