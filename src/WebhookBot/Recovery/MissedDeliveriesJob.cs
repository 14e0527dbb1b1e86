using Quartz;

namespace WebhookBot.Recovery;

/// <summary>
/// Has again what never arrived, from the logs of the senders that keep one. Quartz wakes it every second; each log has its own time, and one
/// does not wait for another.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class MissedDeliveriesJob(IEnumerable<DeliveryLogSweep> sweeps, ILogger<MissedDeliveriesJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await Task.WhenAll(sweeps.Select(SweepAsync));

    private async Task SweepAsync(DeliveryLogSweep sweep)
    {
        try
        {
            await sweep.SweepIfDueAsync();
        }
        catch (Exception e)
        {
            LogFailed(e, sweep.Preset);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep of the log of {Preset} failed; it is tried again at its next time")]
    private partial void LogFailed(Exception e, string preset);
}
