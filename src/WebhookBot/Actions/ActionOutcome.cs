using WebhookBot.Clients;
using WebhookBot.Journal;

namespace WebhookBot.Actions;

/// <summary>What came of one try. A closed family: the four records below.</summary>
public abstract record ActionOutcome
{
    /// <summary>What a fault of a call means for the action that made it.</summary>
    public static ActionOutcome Of(CallFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.MayBeRetried
            ? new RetryLater(fault.Detail, fault.After) { Kind = fault.Kind, IsGuess = fault.IsGuess, MayHaveHappened = fault.MayHaveHappened }
            : new Failed(fault.Detail);
    }

    private ActionOutcome(string detail) => Detail = detail;

    /// <summary>In words for a person; never holds a secret.</summary>
    public string Detail { get; }

    /// <summary>Done.</summary>
    /// <param name="Detail">What was done.</param>
    /// <param name="Keep">What a later action wants to find again, recorded together with the success.</param>
    public sealed record Succeeded(string Detail, Bookmark? Keep = null) : ActionOutcome(Detail);

    /// <summary>Not done, and trying again may help.</summary>
    /// <param name="Detail">What went wrong.</param>
    /// <param name="After">The target's own wish (<c>Retry-After</c>), honoured in full; null lets the retry policy decide.</param>
    public sealed record RetryLater(string Detail, TimeSpan? After = null) : ActionOutcome(Detail)
    {
        /// <summary>Whom it concerns beside this action.</summary>
        public FaultKind Kind { get; init; }

        /// <summary>True when <see cref="After"/> is our own guess.</summary>
        public bool IsGuess { get; init; }

        /// <summary>True when it may have been done all the same.</summary>
        public bool MayHaveHappened { get; init; }
    }

    /// <summary>Not done, and trying again cannot help.</summary>
    public sealed record Failed(string Detail) : ActionOutcome(Detail);

    /// <summary>There was nothing to do.</summary>
    public sealed record Skipped(string Detail) : ActionOutcome(Detail);
}
