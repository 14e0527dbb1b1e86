using Microsoft.Extensions.Options;

namespace WebhookBot.RuleFiles;

/// <summary>
/// Looks at the rules folder every second. Asking beats being notified: mounted folders and swapped links, which is how rule files arrive in
/// containers, do not notify.
/// </summary>
internal sealed partial class RuleFileWatcher(RuleSetProvider rules, IOptions<RulesOptions> options, TimeProvider clock, ILogger<RuleFileWatcher> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                rules.Refresh();
            }
            catch (Exception e)
            {
                // Whatever it is, the next look may find it mended; without looks no rule would ever change again.
                LogUnreadable(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The rules folder cannot be looked at")]
    private partial void LogUnreadable(Exception e);
}
