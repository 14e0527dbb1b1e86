using Quartz;
using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// Carries out the actions whose time has come, from the plans that were saved: nothing is matched again. Quartz wakes it; the due times are
/// the journal's, so a wake-up that is lost costs the time to the next and no more.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class RetrySweepJob(
    IJournal journal, ActionRunner runner, SweepTools tools, ActionStory story, TimeProvider clock, ILogger<RetrySweepJob> log) : IJob
{
    private const int BatchSize = 32;
    private const int MostTogether = 256;

    // Quartz wakes it every second, and takes longer for that than it takes to look.
    private const int LooksAWake = 5;

    // What falls due between two looks is tried together, and the longer that is the more everything else waits for it.
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        for (var looks = 1; looks <= LooksAWake; looks++)
        {
            await SweepAsync(tools.Drain.Abandoned);
            if (looks < LooksAWake)
            {
                await Task.Delay(Every, tools.Drain.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Tries everything that is due, and what falls due meanwhile: a target that is slow holds up nobody else's. How many actions that were.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var tried = 0;
        var running = new HashSet<Task>();
        var suspects = new HashSet<Task>();
        var first = new Dictionary<string, Task>(StringComparer.Ordinal);
        while (!tools.Drain.Stopping.IsCancellationRequested)
        {
            var room = MostTogether - running.Count;
            var due = room > 0 ? await journal.ClaimDueActionsAsync(Math.Min(BatchSize, room), tools.Traffic.Later, cancellation) : [];
            tried += due.Count;
            foreach (var lease in due)
            {
                // Suspects wait for each other, and take no room from those that need not.
                (lease.Interrupted > 0 ? suspects : running).Add(RunInOrderAsync(lease, first, cancellation));
            }

            if (due.Count > 0 && room > BatchSize)
            {
                continue;
            }

            running.RemoveWhere(task => task.IsCompleted);
            suspects.RemoveWhere(task => task.IsCompleted);
            foreach (var (subject, _) in first.Where(one => one.Value.IsCompleted))
            {
                first.Remove(subject);
            }

            if (running.Count + suspects.Count == 0)
            {
                break;
            }

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny([Task.Delay(Every, clock, enough.Token), .. running, .. suspects]);
            await enough.CancelAsync();
        }

        await Task.WhenAll([.. running, .. suspects]);
        return tried;
    }

    // What was put off before it was ever tried keeps the order of its subject.
    private Task RunInOrderAsync(ActionLease lease, Dictionary<string, Task> first, CancellationToken cancellation)
    {
        if (lease.Attempts > 0 || lease.Origin.Subject is not { } subject)
        {
            return RunAsync(lease, cancellation);
        }

        return first[subject] = RunAfterAsync(first.GetValueOrDefault(subject) ?? Task.CompletedTask);

        async Task RunAfterAsync(Task before)
        {
            using var kept = tools.Leases.Keep([lease]);
            await before;
            await RunAsync(lease, cancellation);
        }
    }

    private async Task RunAsync(ActionLease lease, CancellationToken cancellation)
    {
        using var kept = tools.Leases.Keep([lease]);
        try
        {
            var how = new ActionTry(IsDue: true, await MayHaveHappenedAsync(lease, cancellation));
            if (await journal.ReadDeliveryAsync(lease, cancellation) is { } delivery)
            {
                story.Tell(lease.Origin, lease.Action, await runner.RunAsync(lease, DeliveryBody.Parse(delivery.Body), how, cancellation));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It goes on at the next start.
        }
        catch (Exception e)
        {
            // One action that cannot be tried must not keep the sweep from the others.
            LogPutOff(e, lease.Action.Key);
        }
    }

    // What was tried is known by its lease; only of tries that were not counted there is nothing but their words. Words that cannot be read are no
    // reason to do it twice.
    private async Task<bool> MayHaveHappenedAsync(ActionLease lease, CancellationToken cancellation)
    {
        if (lease.Attempts > 0 || lease.Interrupted > 0 || lease.IsInDoubt)
        {
            return true;
        }

        try
        {
            return await journal.FindAsync(lease.Origin.DeliveryId, cancellation) is { } record && UncertainEnd.IsIn(record.Actions[lease.Index]);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The action {Key} could not be tried; it is tried again when its lease has run out")]
    private partial void LogPutOff(Exception e, string key);
}

/// <summary>What keeps a sweep's claims, ends it, and spares it what cannot be done yet.</summary>
internal sealed record SweepTools(LeaseKeeper Leases, Drain Drain, ITargetTraffic Traffic);
