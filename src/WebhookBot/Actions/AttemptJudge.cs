using Microsoft.Extensions.Options;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Actions;

/// <summary>What an outcome means for an action: done, dead, or tried again at a time.</summary>
public sealed class AttemptJudge(TimeProvider clock, Random random, IOptions<ActionsOptions> options)
{
    private const double MostExtraWait = 30;

    // Nobody is left alone for longer, whatever a broken target says; a date far away would not even be a time any more.
    private static readonly TimeSpan LongestAskedWait = TimeSpan.FromDays(7);

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout => options.Value.Timeout;

    /// <summary>The attempt with that outcome.</summary>
    /// <param name="outcome">What came of it.</param>
    /// <param name="policy">How often the step is tried; null for the setting.</param>
    /// <param name="number">Which try it was, from 1.</param>
    public Attempt Judge(ActionOutcome outcome, RetryPolicy? policy, int number)
    {
        var now = clock.GetUtcNow();
        policy ??= options.Value.Policy;
        var detail = UncertainEnd.Tell(outcome.Detail, outcome is ActionOutcome.RetryLater { MayHaveHappened: true });
        return outcome switch
        {
            ActionOutcome.Succeeded => new Attempt(now, ActionStatus.Succeeded, outcome.Detail),
            ActionOutcome.Skipped => new Attempt(now, ActionStatus.Skipped, outcome.Detail),
            ActionOutcome.RetryLater { IsUncounted: true } later => new Attempt(now, ActionStatus.Waiting, detail, now + (later.After ?? policy.BaseDelay)),
            ActionOutcome.RetryLater later when number < policy.MaxAttempts => new Attempt(now, ActionStatus.Retrying, detail, now + Wait(later.After, policy, number)),
            ActionOutcome.RetryLater => new Attempt(now, ActionStatus.Dead, $"gave up after {number} attempts: {detail}"),
            _ => new Attempt(now, ActionStatus.Dead, outcome.Detail),
        };
    }

    /// <summary>By this word it is known that an action was dropped undone, as it had become too old.</summary>
    public const string Stale = "stale: ";

    /// <summary>When the work is too old to be done; null when it never is.</summary>
    public static DateTimeOffset? StaleAt(ActionLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return (lease.Action.NotBefore ?? lease.Origin.ReceivedAt) + lease.Action.Retry?.MaxAge;
    }

    /// <summary>The same, looked at again when the work becomes too old, so that it is dropped then.</summary>
    public static Attempt NoLater(Attempt attempt, DateTimeOffset? stale)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return attempt.NextAt > stale ? attempt with { NextAt = stale } : attempt;
    }

    // What the target asks for is honoured in full, within reason; a little more on top keeps all its callers from coming back at the same instant.
    private TimeSpan Wait(TimeSpan? asked, RetryPolicy policy, int number)
    {
        var own = policy.DelayAfter(number, random.NextDouble());
        if (asked is null || asked <= own)
        {
            return own;
        }

        var least = asked.Value < LongestAskedWait ? asked.Value : LongestAskedWait;
        return least + TimeSpan.FromSeconds(Math.Min(MostExtraWait, least.TotalSeconds / 4) * random.NextDouble());
    }
}
