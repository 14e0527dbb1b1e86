using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Actions;

/// <summary>Writes down what came of a try, and has it told when it was the last one.</summary>
public sealed partial class AttemptRecorder(
    IJournal journal, DeadLetterNotice deadLetters, KnownSecrets secrets, TimeProvider clock, ILogger<AttemptRecorder> log)
{
    /// <summary>Notes that a try begins. False when the lease ran out meanwhile: somebody else has it.</summary>
    public async Task<bool> BeginAsync(ActionLease lease, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (await journal.BeginAttemptAsync(lease, cancellation))
        {
            return true;
        }

        LogAttempt(LogLevel.Warning, lease.Action.Action, lease.Action.Key, "too late to begin", "its lease ran out");
        return false;
    }

    /// <summary>The attempt; null when the lease ran out meanwhile and nothing was recorded.</summary>
    public Task<Attempt?> RecordAsync(ActionLease lease, Attempt attempt, Bookmark? bookmark, CancellationToken cancellation) =>
        RecordAsync(lease, attempt, masked => journal.RecordAttemptAsync(lease, masked, bookmark, CancellationToken.None), cancellation);

    /// <summary>The same of what was not tried: that it waits on for what it waits for already is not written again.</summary>
    public Task<Attempt?> TurnAwayAsync(ActionLease lease, Attempt attempt, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return attempt.Status == ActionStatus.Waiting
            ? RecordAsync(lease, attempt, masked => journal.PutOffAsync(lease, masked, CancellationToken.None), cancellation)
            : RecordAsync(lease, attempt, bookmark: null, cancellation);
    }

    private async Task<Attempt?> RecordAsync(ActionLease lease, Attempt attempt, Func<Attempt, Task<bool>> write, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(attempt);
        attempt = attempt with { Detail = secrets.Mask(attempt.Detail) };
        var isRecorded = await TryRecordAsync(() => write(attempt), cancellation);
        var outcome = isRecorded ? attempt.Status.ToString().ToLowerInvariant() : "too late to record";
        LogAttempt(isRecorded ? LogLevel.Debug : LogLevel.Warning, lease.Action.Action, lease.Action.Key, outcome, attempt.Detail);
        if (isRecorded && attempt.Status == ActionStatus.Dead)
        {
            BotMetrics.Died(lease.Action.Rule);
            await deadLetters.TellAsync(lease, attempt);
        }

        return isRecorded ? attempt : null;
    }

    // What was done and not recorded would be done again. So it waits for as long as the journal cannot be written, and only the end of the
    // process cuts that off.
    private async Task<bool> TryRecordAsync(Func<Task<bool>> write, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (JournalUnavailableException e)
            {
                await Task.Delay(e.RetryAfter, clock, cancellation);
            }
        }
    }

    [LoggerMessage(Message = "{Action} {Key}: {Outcome}: {Detail}")]
    private partial void LogAttempt(LogLevel level, string action, string key, string outcome, string detail);
}
