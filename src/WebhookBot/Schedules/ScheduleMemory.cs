using System.Globalization;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Schedules;

/// <summary>When the schedule of a rule fired last, as the journal keeps it.</summary>
internal static class ScheduleMemory
{
    private static string KeyOf(string rule) => $"schedule\n{rule}";

    public static Bookmark Write(string rule, RuleSchedule schedule, DateTimeOffset last) =>
        new(KeyOf(rule), $"{last.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)} {schedule.Zone.Id} {schedule.Cron}");

    /// <summary>The last time of that rule; null when nothing is kept of its schedule.</summary>
    public static async Task<DateTimeOffset?> RecallAsync(IJournal journal, Rule rule, CancellationToken cancellation) =>
        Read(await journal.RecallAsync(KeyOf(rule.Name), cancellation), rule.Schedule!);

    /// <summary>Null when nothing is kept, or what is kept is of another schedule.</summary>
    private static DateTimeOffset? Read(Bookmark? kept, RuleSchedule schedule) =>
        kept?.Value.Split(' ', 3) is [var last, var zone, var cron] && zone == schedule.Zone.Id && cron == schedule.Cron
        && DateTimeOffset.TryParse(last, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
