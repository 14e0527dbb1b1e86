namespace WebhookBot.Clients;

/// <summary>Whom a fault concerns beside the call that met it.</summary>
public enum FaultKind
{
    /// <summary>Nobody: another call to the same target may well succeed.</summary>
    Call,

    /// <summary>Everybody who calls there: the target asks to be left alone for a while.</summary>
    Limited,

    /// <summary>Everybody who calls there: the target cannot be reached, or is broken.</summary>
    Down,
}

/// <summary>Why a call to the outside did not do its work.</summary>
/// <param name="Detail">In words for a person; never holds a secret.</param>
/// <param name="MayBeRetried">True when trying again may help.</param>
/// <param name="After">How long the target is to be left alone; null when it did not say.</param>
public sealed record CallFault(string Detail, bool MayBeRetried, TimeSpan? After = null)
{
    /// <summary>Whom it concerns.</summary>
    public FaultKind Kind { get; init; }

    /// <summary>True when <see cref="After"/> is our own guess, which grows while it turns out to be too short.</summary>
    public bool IsGuess { get; init; }

    /// <summary>True when the target may have done what was asked, although it did not say so.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>True when the target was not called at all.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Trying again may help.</summary>
    public static CallFault Retry(string detail, TimeSpan? after = null) => new(detail, MayBeRetried: true, after);

    /// <summary>Trying again cannot help.</summary>
    public static CallFault Stop(string detail) => new(detail, MayBeRetried: false);

    /// <summary>The target limits how often it is called.</summary>
    /// <param name="detail">In words for a person.</param>
    /// <param name="asked">How long it asked to be left alone; null when it did not say.</param>
    /// <param name="otherwise">How long it is left alone then.</param>
    public static CallFault Limited(string detail, TimeSpan? asked, TimeSpan otherwise) =>
        new(detail, MayBeRetried: true, asked ?? otherwise) { Kind = FaultKind.Limited, IsGuess = asked is null };

    /// <summary>The target does not work.</summary>
    public static CallFault Down(string detail, bool mayHaveHappened) =>
        new(detail, MayBeRetried: true) { Kind = FaultKind.Down, MayHaveHappened = mayHaveHappened };

    /// <summary>The target answered with a status of 500 or more: with a wish when it is to be let alone, else it is broken.</summary>
    public static CallFault OfServer(string detail, int status, TimeSpan? asked) =>
        asked is { } wait && status == 503
            ? Limited(detail, asked, wait) with { MayHaveHappened = true }
            : Down(detail, mayHaveHappened: true) with { After = asked };
}
