using System.Globalization;
using System.Text.Json.Nodes;
using Cronos;

namespace WebhookBot.Rules.Timing;

/// <summary>
/// When a rule fires by itself: five fields of cron in a time zone. A time that the clocks skip in spring fires at the first moment after the
/// gap; one that comes twice in autumn fires the first time only. What runs all day (<c>*/30 * * * *</c>) runs by elapsed time through both.
/// </summary>
/// <remarks>The rules of https://github.com/HangfireIO/Cronos#daylight-saving-time</remarks>
public sealed class RuleSchedule
{
    /// <summary>The source that the events of schedules name.</summary>
    public const string Source = "schedule";

    private readonly CronExpression _cron;

    private RuleSchedule(string cron, CronExpression parsed, TimeZoneInfo zone)
    {
        Cron = cron;
        _cron = parsed;
        Zone = zone;
    }

    /// <summary>The five fields as they were written.</summary>
    public string Cron { get; }

    /// <summary>The time zone they are in.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The name of the event that the rule of that name fires by.</summary>
    public static string EventOf(string rule) => $"{Source}.{rule}";

    /// <summary>The payload of that event.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="at">The time that it fires for.</param>
    /// <param name="missed">How many times before it were missed.</param>
    public JsonObject PayloadOf(string rule, DateTimeOffset at, int missed) => new()
    {
        ["rule"] = rule,
        ["schedule"] = Cron,
        ["zone"] = Zone.Id,
        ["scheduled_for"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["missed"] = missed,
    };

    /// <summary>The first time after that one; null when it never comes again.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _cron.GetNextOccurrence(after, Zone)?.ToUniversalTime();

    /// <summary>The last time after <paramref name="after"/> and not after <paramref name="now"/>, and how many there are; null when there is none.</summary>
    public (DateTimeOffset At, int Count)? LastBetween(DateTimeOffset after, DateTimeOffset now)
    {
        (DateTimeOffset At, int Count)? last = null;
        while (Next(last?.At ?? after) is { } next && next <= now)
        {
            last = (next, (last?.Count ?? 0) + 1);
        }

        return last;
    }

    internal static RuleSchedule? TryParse(string cron, TimeZoneInfo zone, out string? problem)
    {
        problem = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is var fields and not 5 && !cron.StartsWith('@') ? $"it has {fields} fields" : null;
        if (problem is not null)
        {
            return null;
        }

        try
        {
            var parsed = CronExpression.Parse(cron, CronFormat.Standard);
            var schedule = new RuleSchedule(cron, parsed, zone);
            if (schedule.Next(DateTimeOffset.UnixEpoch.AddYears(50)) is null)
            {
                problem = "it never comes";
                return null;
            }

            return schedule;
        }
        catch (CronFormatException e)
        {
            problem = e.Message.TrimEnd('.');
            return null;
        }
    }
}
