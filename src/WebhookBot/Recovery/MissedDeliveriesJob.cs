using System.Collections.Concurrent;
using Quartz;

namespace WebhookBot.Recovery;

/// <summary>
/// Has again what never arrived, from the logs of the senders that keep one. Quartz wakes it every second; each log has its own time, and one
/// does not wait for another: a sweep that takes long is not waited for by the next wake, which finds it going on.
/// </summary>
internal sealed partial class MissedDeliveriesJob(IEnumerable<DeliveryLogSweep> sweeps, ILogger<MissedDeliveriesJob> log) : IJob
{
    private readonly ConcurrentDictionary<string, byte> _sweeping = new(StringComparer.Ordinal);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await Task.WhenAll(sweeps.Select(SweepAsync));

    private async Task SweepAsync(DeliveryLogSweep sweep)
    {
        if (!_sweeping.TryAdd(sweep.Preset, 0))
        {
            return;
        }

        try
        {
            await sweep.SweepIfDueAsync();
        }
        catch (Exception e)
        {
            LogFailed(e, sweep.Preset);
        }
        finally
        {
            _sweeping.TryRemove(sweep.Preset, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep of the log of {Preset} failed; it is tried again at its next time")]
    private partial void LogFailed(Exception e, string preset);
}
