using System.Globalization;
using WebhookBot.Journal;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Schedules;

/// <summary>When the schedule of a rule fired last, as the journal keeps it.</summary>
internal static class ScheduleMemory
{
    public static string KeyOf(string rule) => $"schedule\n{rule}";

    public static Bookmark Write(string rule, RuleSchedule schedule, DateTimeOffset last) =>
        new(KeyOf(rule), $"{last.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)} {schedule.Zone.Id} {schedule.Cron}");

    /// <summary>Null when nothing is kept, or what is kept is of another schedule.</summary>
    public static DateTimeOffset? Read(Bookmark? kept, RuleSchedule schedule) =>
        kept?.Value.Split(' ', 3) is [var last, var zone, var cron] && zone == schedule.Zone.Id && cron == schedule.Cron
        && DateTimeOffset.TryParse(last, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
