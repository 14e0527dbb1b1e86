namespace WebhookBot.Retries;

/// <summary>
/// Closed as long as a target works. Open after so many faults in a row, or when the target asks for it: then nobody calls, until the pause has
/// passed and one call at a time finds out. Times are those of a clock that only goes forward. Not safe for several threads.
/// </summary>
/// <param name="breakAfter">How many faults in a row; 0 for never.</param>
internal sealed class CircuitBreaker(int breakAfter)
{
    /// <summary>Calls that find out whether the target works again are at least this far apart.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestGuess = TimeSpan.FromMinutes(15);

    // Nobody is left alone for longer, whatever a broken target says.
    private static readonly TimeSpan LongestAsked = TimeSpan.FromDays(7);

    // How soon those look again who come while somebody finds out.
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(5);

    // A target that nobody calls any more may have been a name in one payload.
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private int _faults;
    private int _failedProbes;
    private bool _isProbed;
    private TimeSpan _until;

    /// <summary>Since when it is open; null when it is closed.</summary>
    public TimeSpan? OpenSince { get; private set; }

    /// <summary>Why, in words for a person: what was found out last.</summary>
    public string? Reason { get; private set; }

    /// <summary>What was found out first. It stays the same as long as it is open.</summary>
    public string? FirstReason { get; private set; }

    /// <summary>How long nobody may call; nothing when somebody may.</summary>
    public TimeSpan Pause(TimeSpan now) =>
        OpenSince is null ? TimeSpan.Zero
        : now < _until ? _until - now
        : _isProbed ? Breath
        : TimeSpan.Zero;

    /// <summary>Whether it is open and nobody has wanted to know for long whether the target works again.</summary>
    public bool IsForgotten(TimeSpan now) => OpenSince is not null && !_isProbed && now - _until > Memory;

    /// <summary>A call begins. True when it is the one that finds out.</summary>
    public bool Begin()
    {
        _isProbed |= OpenSince is not null;
        return OpenSince is not null;
    }

    /// <summary>A call ended, and the target works. True when that closes it.</summary>
    public bool Works(bool isProbe)
    {
        EndsWithout(isProbe);
        var isOpen = OpenSince is not null;
        if (isOpen && !isProbe)
        {
            return false;
        }

        (_faults, _failedProbes, OpenSince, Reason, FirstReason) = (0, 0, null, null, null);
        return isOpen;
    }

    /// <summary>A call ended that says nothing of the target.</summary>
    public void EndsWithout(bool isProbe) => _isProbed &= !isProbe;

    /// <summary>A call ended, and the target is broken or asks to be left alone. True when that opens it.</summary>
    /// <param name="isProbe">What <see cref="Begin"/> said of it.</param>
    /// <param name="now">The time.</param>
    /// <param name="reason">Why, in words for a person.</param>
    /// <param name="asked">How long it is to be left alone; null for a pause that grows.</param>
    /// <param name="isGuess">That <paramref name="asked"/> is only a guess, which grows.</param>
    public bool Fails(bool isProbe, TimeSpan now, string reason, TimeSpan? asked = null, bool isGuess = false)
    {
        EndsWithout(isProbe);
        var isOpening = OpenSince is null;
        if (breakAfter == 0 || (isOpening && ++_faults < breakAfter) || (!isOpening && !isProbe && asked is null))
        {
            return false;
        }

        OpenSince ??= now;
        Reason = reason;
        FirstReason ??= reason;
        _failedProbes += isProbe ? 1 : 0;
        var pause = asked is null ? Grown(FirstPause, LongestPause) : isGuess ? Grown(asked.Value, LongestGuess) : asked.Value;
        pause = isProbe && pause < FirstPause ? FirstPause : pause > LongestAsked ? LongestAsked : pause;
        _until = now + pause > _until ? now + pause : _until;
        return isOpening;
    }

    private TimeSpan Grown(TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(_failedProbes, 20))));
}
