using WebhookBot.Journal;

namespace WebhookBot.Actions;

/// <summary>Asked before an action calls out: whether its target may be called now. What must wait longer than a moment is put off.</summary>
public interface ITargetTraffic
{
    /// <summary>The answer; to be disposed when the action has ended, however it did.</summary>
    Task<IPassage> AskAsync(ActionLease lease, ActionTarget target, bool isDue, CancellationToken cancellation);

    /// <summary>
    /// Until when an action that waits need not be looked at, since its target is known to take nothing before; null when it is to be looked at.
    /// Asked of each whose time has come; it costs nothing.
    /// </summary>
    DateTimeOffset? Later(ActionId action);

    /// <summary>It has ended, whether by being called or not.</summary>
    void Forget(ActionId action);

    /// <summary>The targets that are not called at will now.</summary>
    IReadOnlyList<TargetReport> Reports();
}

/// <summary>Whether an action may call its target.</summary>
public interface IPassage : IDisposable
{
    /// <summary>What is recorded instead of a try; null when it may call.</summary>
    Attempt? TurnedAway { get; }

    /// <summary>What it is to tell beside itself; usually null.</summary>
    ActionPile? Pile { get; }

    /// <summary>
    /// Tells what came of it. Null when that is judged as any try; else what is recorded instead, because it was the target's state that
    /// decided it and not the action.
    /// </summary>
    Task<Attempt?> ReportAsync(ActionOutcome outcome);
}

/// <summary>A target that is not called at will.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>open</c> when it is down, <c>limited</c> when it asked to be left alone, <c>paced</c> when work waits for its turn.</param>
/// <param name="Since">Since when it is down or limited.</param>
/// <param name="Reason">Why, in words for a person.</param>
/// <param name="Waiting">How many actions wait for it.</param>
public sealed record TargetReport(string Kind, string Name, string State, DateTimeOffset? Since, string? Reason, int Waiting);
