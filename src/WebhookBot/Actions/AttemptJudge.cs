using Microsoft.Extensions.Options;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Actions;

/// <summary>What an outcome means for an action: done, dead, or tried again at a time.</summary>
public sealed class AttemptJudge(TimeProvider clock, Random random, IOptions<ActionsOptions> options)
{
    /// <summary>By this word it is known that an action was dropped undone, as it had become too old.</summary>
    public const string Stale = "stale: ";

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
            ActionOutcome.RetryLater later when number < policy.MaxAttempts => new Attempt(now, ActionStatus.Retrying, detail, now + Wait(policy.DelayAfter(number, random.NextDouble()), later.After, LongestAskedWait, random)),
            ActionOutcome.RetryLater => new Attempt(now, ActionStatus.Dead, $"gave up after {number} attempts: {detail}"),
            _ => new Attempt(now, ActionStatus.Dead, outcome.Detail),
        };
    }

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

    /// <summary>
    /// How long to wait: what is asked for is honoured in full, within reason; a little more on top keeps all callers from coming back at the same instant.
    /// </summary>
    /// <param name="own">How long when less is asked for, or nothing.</param>
    /// <param name="asked">How long whoever is called wants to be left alone; null when that was not said.</param>
    /// <param name="longest">However long is asked for, not longer than this and the little more.</param>
    /// <param name="random">How much more.</param>
    public static TimeSpan Wait(TimeSpan own, TimeSpan? asked, TimeSpan longest, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (asked is null || asked <= own)
        {
            return own;
        }

        var least = asked.Value < longest ? asked.Value : longest;
        return least + TimeSpan.FromSeconds(Math.Min(MostExtraWait, least.TotalSeconds / 4) * random.NextDouble());
    }
}
