using Quartz;
using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// Carries out the actions whose time has come, from the plans that were saved: nothing is matched again. Quartz wakes it; the due times are
/// the journal's, so a wake-up that is lost costs a second and no more.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class RetrySweepJob(
    IJournal journal, ActionRunner runner, LeaseKeeper leases, Drain drain, ActionStory story, ILogger<RetrySweepJob> log) : IJob
{
    private const int BatchSize = 32;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await SweepAsync(drain.Abandoned);

    /// <summary>Tries everything that is due. How many actions that were.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var tried = 0;
        while (!drain.Stopping.IsCancellationRequested)
        {
            var due = await journal.ClaimDueActionsAsync(BatchSize, cancellation);
            if (due.Count == 0)
            {
                break;
            }

            using var kept = leases.Keep(due);
            await Task.WhenAll(due.Select(lease => RunAsync(lease, cancellation)));
            tried += due.Count;
        }

        return tried;
    }

    private async Task RunAsync(ActionLease lease, CancellationToken cancellation)
    {
        try
        {
            var record = await journal.FindAsync(lease.Origin.DeliveryId, cancellation);
            var payload = record is null ? default : DeliveryBody.Parse(record.Delivery.Body);
            story.Tell(lease.Origin, lease.Action, await runner.RunAsync(lease, payload, cancellation));
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The action {Key} could not be tried; it is tried again when its lease has run out")]
    private partial void LogPutOff(Exception e, string key);
}
