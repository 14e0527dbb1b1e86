using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>Schedules: five fields of cron in a zone, through changes of the clock and times of being down.</summary>
public class ScheduleTests
{
    [Theory]
    [InlineData("2026-03-28T01:30:00Z")]
    [InlineData("2026-03-29T01:00:00Z")] // 02:30 is skipped by the clocks: 03:00 summer time, the first moment after the gap.
    [InlineData("2026-03-30T00:30:00Z")]
    public void Fires_once_on_each_local_day_around_the_gap_in_spring(string expected) =>
        Assert.Contains(DateTimeOffset.Parse(expected, null), Berlin("30 2 * * *", "2026-03-27T12:00:00Z", 3));

    [Fact]
    public void Fires_once_on_the_day_that_has_the_hour_twice() => Assert.Equal(
        [At("2026-10-24T00:30:00Z"), At("2026-10-25T00:30:00Z"), At("2026-10-26T01:30:00Z")],
        Berlin("30 2 * * *", "2026-10-23T12:00:00Z", 3));

    [Fact]
    public void Fires_by_elapsed_time_all_day_when_that_is_what_it_says()
    {
        Assert.Equal([At("2026-03-29T00:30:00Z"), At("2026-03-29T01:00:00Z"), At("2026-03-29T01:30:00Z")], Berlin("*/30 * * * *", "2026-03-29T00:00:00Z", 3));
        Assert.Equal([At("2026-10-25T00:30:00Z"), At("2026-10-25T01:00:00Z"), At("2026-10-25T01:30:00Z")], Berlin("*/30 * * * *", "2026-10-25T00:00:00Z", 3));
    }

    [Fact]
    public void Is_fired_once_for_all_that_was_missed()
    {
        var schedule = Schedule("0 9 * * *", "Europe/Berlin");
        Assert.Equal((At("2026-01-08T08:00:00Z"), 3), schedule.LastBetween(At("2026-01-05T12:00:00Z"), At("2026-01-09T07:59:59Z")));
        Assert.Null(schedule.LastBetween(At("2026-01-05T08:00:00Z"), At("2026-01-06T07:59:59Z")));
        Assert.Equal((At("2026-01-06T08:00:00Z"), 1), schedule.LastBetween(At("2026-01-05T08:00:00Z"), At("2026-01-06T08:00:00Z")));
    }

    [Fact]
    public void A_rule_may_have_events_and_a_schedule()
    {
        var rules = TestRules.Set("rules:\n  weekly: { on: [github.push, { schedule: '0 9 * * MON', zone: Europe/Oslo }], then: [say: { text: x }] }\n");
        Assert.Equal(["github.push", "schedule.weekly"], rules.Rules[0].Triggers.Select(t => t.Pattern));
        Assert.Single(TestRules.Plan(rules, Events.Of("{}", "schedule.weekly")).Actions);
        Assert.Empty(TestRules.Plan(rules, Events.Of("{}", "schedule.other")).Actions);
    }

    [Theory]
    [InlineData("alert.fired", "did you mean 'alert.firing'?")]
    [InlineData("schedule.weakly", "did you mean 'schedule.weekly'?")]
    public void An_event_that_the_bot_never_names_is_told_with_the_nearest_one(string on, string mend)
    {
        var diagnostics = TestRules.Compile($"rules:\n  weekly: {{ on: {{ schedule: '0 9 * * MON' }}, then: [say: {{ text: x }}] }}\n  r: {{ on: [{on}, alert.resolved, schedule.weekly, alert.*], then: [say: {{ text: y }}] }}\n").Diagnostics;
        Assert.Contains(mend, Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, null);

    private static RuleSchedule Schedule(string cron, string zone) =>
        TestRules.Set($"rules:\n  r: {{ on: {{ schedule: '{cron}', zone: {zone} }}, then: [say: {{ text: x }}] }}\n").Rules[0].Schedule!;

    private static List<DateTimeOffset> Berlin(string cron, string after, int count)
    {
        var schedule = Schedule(cron, "Europe/Berlin");
        var times = new List<DateTimeOffset>();
        for (var at = At(after); times.Count < count; times.Add(at))
        {
            at = schedule.Next(at)!.Value;
        }

        return times;
    }
}
