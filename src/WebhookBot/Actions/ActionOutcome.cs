using WebhookBot.Journal;

namespace WebhookBot.Actions;

/// <summary>What came of one try. A closed family: the four records below.</summary>
public abstract record ActionOutcome
{
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
    public sealed record RetryLater(string Detail, TimeSpan? After = null) : ActionOutcome(Detail);

    /// <summary>Not done, and trying again cannot help.</summary>
    public sealed record Failed(string Detail) : ActionOutcome(Detail);

    /// <summary>There was nothing to do.</summary>
    public sealed record Skipped(string Detail) : ActionOutcome(Detail);
}
