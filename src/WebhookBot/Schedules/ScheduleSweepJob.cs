using System.Globalization;
using System.Text.Json;
using Quartz;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Schedules;

/// <summary>
/// Fires the rules whose time has come, each as a delivery of the source <c>schedule</c> that is worked off like any other. Quartz wakes it;
/// when a rule fired last is the journal's to know. After a time of being down each rule is fired once for all that it missed.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class ScheduleSweepJob(IJournal journal, IRuleSetInForce rules, TimeProvider clock, ILogger<ScheduleSweepJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await SweepAsync(cancellationToken);

    /// <summary>Fires what is due. How many rules that were.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var fired = 0;
        var now = clock.GetUtcNow();
        foreach (var rule in rules.Current.Rules.Where(r => r is { Schedule: not null, Mode: not RuleMode.Off } && !r.IsExpiredAt(now)))
        {
            try
            {
                fired += await FireAsync(rule, rule.Schedule!, now, cancellation) ? 1 : 0;
            }
            catch (JournalUnavailableException e)
            {
                LogPutOff(e, rule.Name);
            }
        }

        return fired;
    }

    private async Task<bool> FireAsync(Rule rule, RuleSchedule schedule, DateTimeOffset now, CancellationToken cancellation)
    {
        var last = await ScheduleMemory.RecallAsync(journal, rule, cancellation);
        if (last is null || last > now)
        {
            // A rule that is new, or that has another schedule now, has missed nothing. Neither has one whose last time lies in the future:
            // somebody has set the clock back.
            await journal.KeepAsync(ScheduleMemory.Write(rule.Name, schedule, now), cancellation);
            return false;
        }

        if (schedule.LastBetween(last.Value, now) is not var (at, count))
        {
            return false;
        }

        await journal.AppendAsync(DraftOf(rule, schedule, at, count, now), CancellationToken.None);
        await journal.KeepAsync(ScheduleMemory.Write(rule.Name, schedule, at), cancellation);
        var time = Timestamps.ToText(at);
        LogFired(rule.Name, time, count - 1);
        return true;
    }

    // The id is made of the rule and the time: after a crash between the delivery and the memory of it the same delivery is made again, which
    // the journal knows.
    private static DeliveryDraft DraftOf(Rule rule, RuleSchedule schedule, DateTimeOffset at, int count, DateTimeOffset now) => new()
    {
        Source = RuleSchedule.Source,
        SenderId = string.Create(CultureInfo.InvariantCulture, $"{rule.Name}-{at.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"),
        Event = RuleSchedule.EventOf(rule.Name),
        ReceivedAt = now,
        Headers = [],
        Body = JsonSerializer.SerializeToUtf8Bytes(schedule.PayloadOf(rule.Name, at, missed: count - 1)),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The schedule of the rule {Rule} fired for {At}; missed before: {Missed}")]
    private partial void LogFired(string rule, string at, int missed);

    [LoggerMessage(Level = LogLevel.Error, Message = "The schedule of the rule {Rule} could not be fired and is tried again")]
    private partial void LogPutOff(Exception e, string rule);
}
