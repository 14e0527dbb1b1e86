using System.Globalization;
using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;
using WebhookBot.Telemetry;

namespace WebhookBot.Recovery;

/// <summary>What a sweep has to tell.</summary>
/// <param name="Source">The source whose deliveries are missing.</param>
/// <param name="From">When the first of them was sent.</param>
/// <param name="To">When the last of them was.</param>
/// <param name="Missing">How many.</param>
/// <param name="Asked">How many of them were asked for or fetched.</param>
/// <param name="Lost">How many of them cannot be had any more.</param>
/// <param name="Unknown">The time before which the sender's log does not reach, when the bot was away for longer than that; else null.</param>
internal sealed record MissedReport(string Source, DateTimeOffset From, DateTimeOffset To, int Missing, int Asked, int Lost, DateTimeOffset? Unknown)
{
    /// <summary>How many of the missing could not be had for the first time; they are tried again.</summary>
    public int Refused { get; init; }
}

/// <summary>Tells of deliveries that never arrived: in the log, in the measurements, and as a delivery of the source <c>bot</c>.</summary>
internal sealed partial class MissedNotice(IJournal journal, TimeProvider clock, ILogger<MissedNotice> log)
{
    public async Task TellAsync(MissedReport report)
    {
        BotMetrics.Missed(report.Source, report.Asked, report.Lost, report.Refused);
        var (from, to) = (Timestamps.ToText(report.From), Timestamps.ToText(report.To));
        LogMissed(report.Missing, report.Source, from, to, report.Asked, report.Lost, report.Refused);
        if (report.Unknown is { } unknown)
        {
            var before = Timestamps.ToText(unknown);
            LogUnknown(report.Source, from, before);
        }

        try
        {
            await journal.AppendAsync(DraftOf(report), CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            LogUntold(e, report.Source);
        }
    }

    private DeliveryDraft DraftOf(MissedReport report)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Source = BotEvents.Source,
            SenderId = IdempotencyKey.For(report.Source, BotEvents.MissedDeliveries, now.UtcTicks.ToString(CultureInfo.InvariantCulture), 0),
            Event = BotEvents.MissedDeliveries,
            ReceivedAt = now,
            Headers = [],
            Body = JsonSerializer.SerializeToUtf8Bytes(BotEvents.MissedDeliveriesOf(
                report.Source, report.From, report.To, (report.Missing, report.Asked, report.Lost), report.Unknown)),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Missing} deliveries of {Source} sent from {From} to {To} never arrived: {Asked} had again, {Lost} lost, {Refused} refused for now")]
    private partial void LogMissed(int missing, string source, string from, string to, int asked, int lost, int refused);

    [LoggerMessage(Level = LogLevel.Error, Message = "What {Source} sent from {From} to {Before} is beyond the window: what of it never arrived is lost, and nobody knows what it was")]
    private partial void LogUnknown(string source, string from, string before);

    [LoggerMessage(Level = LogLevel.Error, Message = "The missed deliveries of {Source} could not be told to the rules")]
    private partial void LogUntold(Exception e, string source);
}
