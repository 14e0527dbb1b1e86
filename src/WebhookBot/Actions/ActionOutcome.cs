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
            : new Failed(fault.Detail) { IsOurs = fault.IsOurs };
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

        /// <summary>True when nobody was called yet, as something else comes first: that is no attempt.</summary>
        public bool IsUncounted { get; init; }
    }

    /// <summary>Not done, and trying again cannot help.</summary>
    public sealed record Failed(string Detail) : ActionOutcome(Detail)
    {
        /// <summary>True when the target was not called: what is wrong is in the rule, the payload or the settings, and says nothing of the target.</summary>
        public bool IsOurs { get; init; }

        /// <summary>The target was not called.</summary>
        public static Failed Uncalled(string detail) => new(detail) { IsOurs = true };
    }

    /// <summary>There was nothing to do.</summary>
    public sealed record Skipped(string Detail) : ActionOutcome(Detail);
}
