namespace WebhookBot.Journal;

/// <summary>Where an action stands.</summary>
public enum ActionStatus
{
    /// <summary>Planned, not tried yet.</summary>
    Pending,

    /// <summary>Being tried now.</summary>
    Running,

    Succeeded,

    /// <summary>Tried, and will be tried again at its due time.</summary>
    Retrying,

    /// <summary>Waits for a time or for somebody.</summary>
    Waiting,

    /// <summary>Its attempts are used up, or it can never succeed: a dead letter, waiting for a person.</summary>
    Dead,

    /// <summary>There was nothing to do.</summary>
    Skipped,

    /// <summary>Recorded as would-have-done.</summary>
    Shadow,
}

/// <summary>One try of an action, as it is recorded; or what a person decided about a dead letter.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Status">
/// Where it leaves the action; <see cref="ActionStatus.Running"/> only when the process ended in the middle of it, and <see cref="ActionStatus.Pending"/> only when a person asked for
/// another try.
/// </param>
/// <param name="Detail">What came of it, in words for a person.</param>
/// <param name="NextAt">When it is to be tried again; null when it is not.</param>
public sealed record Attempt(DateTimeOffset At, ActionStatus Status, string Detail, DateTimeOffset? NextAt = null)
{
    /// <summary>
    /// The place in the plan of the dead letter that a skipped action was left out for; null when it was skipped for another reason. When that one
    /// is tried again, so is what was left out for it.
    /// </summary>
    public int? LeftOutFor { get; init; }

    /// <summary>What is told of a try that was never recorded.</summary>
    public const string WasInterrupted = "the process ended in the middle of it; whether it was done is not known";
}

/// <summary>
/// What an action keeps about an outside object so that a later one finds it again: the id of a Slack message, of a comment.
/// </summary>
/// <param name="Key">What it is kept under, made by the action from its arguments.</param>
/// <param name="Value">Any short text, usually JSON.</param>
public sealed record Bookmark(string Key, string Value);
