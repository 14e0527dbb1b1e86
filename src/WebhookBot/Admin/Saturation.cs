using Microsoft.Extensions.Options;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.RuleFiles;
using WebhookBot.Telemetry;

namespace WebhookBot.Admin;

/// <summary>How full the bot is: what is held, what waits, what is left. Read when the measurements are asked for.</summary>
internal static class Saturation
{
    public static void WatchSaturation(this IServiceProvider services)
    {
        var journal = services.GetRequiredService<IJournal>();
        BotMetrics.Gauge("webhookbot.journal.unfinished", "Deliveries that are not finished", () => journal.Health.Unfinished);
        BotMetrics.Gauge("webhookbot.journal.retrying", "Actions waiting for a retry", () => journal.Health.Retrying);
        BotMetrics.Gauge("webhookbot.journal.dead_letters", "Actions whose attempts are used up and that nobody has seen to", () => journal.Health.DeadLetters);
        BotMetrics.Gauge("webhookbot.journal.index_lag", "Records that lists do not show yet", () => journal.Health.IndexLag);
        BotMetrics.Gauge("webhookbot.journal.writable", "1 when deliveries are taken, 0 when they are refused", () => journal.Health.Problem is null ? 1 : 0);

        var intake = services.GetRequiredService<IntakeEndpoint>();
        BotMetrics.Gauge("webhookbot.intake.body_bytes", "Bytes that large bodies in flight have taken of Intake:MaxBytesInFlight", () => intake.BodyBytes);

        var rules = services.GetRequiredService<RuleSetProvider>();
        BotMetrics.Gauge("webhookbot.rules.reload_failed", "1 when the rule files could not be reloaded and older rules decide, else 0", () => rules.Status.Problem is null ? 0 : 1);

        var folder = Path.GetFullPath(Path.ChangeExtension(services.GetRequiredService<IOptions<JournalOptions>>().Value.Path, null));
        BotMetrics.Gauge("webhookbot.journal.log_bytes", "Bytes of the journal's log", () => journal.Health.LogBytes);
        BotMetrics.Gauge("webhookbot.journal.disk_free_bytes", "Bytes left on the journal's disk", () => FreeBytes(folder));
    }

    private static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
