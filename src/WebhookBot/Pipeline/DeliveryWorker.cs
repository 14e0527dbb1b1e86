using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Pipeline;

/// <summary>
/// Claims deliveries and has them worked off, some of different subjects at a time. The journal keeps the order within a subject. One of the
/// two places that catch our own mistakes: a delivery that cannot be worked off is put off, and given up after a few times.
/// </summary>
internal sealed partial class DeliveryWorker(
    IJournal journal, DeliveryProcessor processor, Drain drain, TimeProvider clock, IOptions<PipelineOptions> options, ILogger<DeliveryWorker> log) : BackgroundService
{
    private const int MostMistakes = 5;
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Task, byte> _running = new();

    // Since the start: what a delivery does to the process is counted elsewhere.
    private readonly ConcurrentDictionary<string, int> _mistakes = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var room = new SemaphoreSlim(options.Value.Parallel);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, drain.Stopping);
        var stopping = either.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(stopping);
                room.Release();
                var claimed = await journal.ClaimDeliveriesAsync(room.CurrentCount, stopping);
                foreach (var lease in claimed)
                {
                    // Suspects wait for each other, and take no room from those that need not.
                    if (!lease.IsSuspect)
                    {
                        await room.WaitAsync(CancellationToken.None);
                    }

                    Start(lease, room);
                }

                if (claimed.Count == 0)
                {
                    await journal.WaitForWorkAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                LogClaimFailed(e);
                await Task.Delay(PauseAfterFault, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // The semaphore outlives the last delivery, which gives its place back.
        await Task.WhenAll(_running.Keys);
    }

    private void Start(DeliveryLease lease, SemaphoreSlim room)
    {
        var work = WorkAsync(lease, room);
        _running.TryAdd(work, 0);
        work.ContinueWith(static (t, running) => ((ConcurrentDictionary<Task, byte>)running!).TryRemove(t, out _), _running, TaskScheduler.Default);
    }

    private async Task WorkAsync(DeliveryLease lease, SemaphoreSlim room)
    {
        await Task.Yield();
        BotMetrics.Worked(1);
        using var scope = StoryRate.Scope(log, lease.Delivery.Id, lease.Delivery.Source);
        try
        {
            await processor.ProcessAsync(lease, drain.Abandoned);
            _mistakes.TryRemove(lease.Delivery.Id, out _);
        }
        catch (OperationCanceledException) when (drain.Abandoned.IsCancellationRequested)
        {
            LogAbandoned(lease.Delivery.Id);
        }
        catch (JournalUnavailableException e)
        {
            // No fault of the delivery's. Its lease runs out, and then it is claimed again.
            LogFailed(e, lease.Delivery.Id);
        }
        catch (Exception e)
        {
            LogFailed(e, lease.Delivery.Id);
            await PutAsideAsync(lease, e);
        }
        finally
        {
            BotMetrics.Worked(-1);
            if (!lease.IsSuspect)
            {
                room.Release();
            }
        }
    }

    private async Task PutAsideAsync(DeliveryLease lease, Exception e)
    {
        try
        {
            var mistakes = _mistakes.AddOrUpdate(lease.Delivery.Id, 1, (_, before) => before + 1);
            if (mistakes > MostMistakes || e is JsonException)
            {
                _mistakes.TryRemove(lease.Delivery.Id, out _);
                await processor.GiveUpAsync(lease, $"it cannot be worked off: {e.GetType().Name}: {e.Message}");
            }
            else
            {
                var wait = TimeSpan.FromSeconds(Math.Pow(4, mistakes - 1));
                await journal.PostponeAsync(lease, clock.GetUtcNow() + wait, $"failed inside the bot: {e.GetType().Name}", CancellationToken.None);
            }
        }
        catch (JournalUnavailableException unavailable)
        {
            // The lease runs out, and then it is claimed again.
            LogFailed(unavailable, lease.Delivery.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Deliveries cannot be claimed")]
    private partial void LogClaimFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "The delivery {Id} failed inside the bot")]
    private partial void LogFailed(Exception e, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery {Id} was not finished before the stop; it goes on at the next start")]
    private partial void LogAbandoned(string id);
}
