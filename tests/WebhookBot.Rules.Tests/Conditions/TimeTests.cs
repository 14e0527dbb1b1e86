namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>Timestamps, ages and weekly windows. The delivery is received on a Monday at noon, UTC.</summary>
public class TimeTests
{
    [Theory]
    [InlineData("\"2026-01-05T10:59:59Z\"", true)]
    [InlineData("\"2026-01-05T11:00:00Z\"", false)]
    [InlineData("\"2026-01-05T11:59:59+01:00\"", true)]
    [InlineData("\"2026-01-05T10:00:00.123456789Z\"", true)]
    [InlineData("\"2026-01-05\"", true)]
    [InlineData("1767610000", true)]
    [InlineData("1767614399", false)]
    [InlineData("1767610000000", true)]
    [InlineData("1767614399000", false)]
    [InlineData("1767610000.75", true)]
    [InlineData("\"0001-01-01T00:00:00Z\"", true)]
    [InlineData("\"10:00\"", false)]
    [InlineData("\"January\"", false)]
    [InlineData("\"12\"", false)]
    [InlineData("\"soon\"", false)]
    [InlineData("-5", false)]
    [InlineData("1e400", false)]
    [InlineData("true", false)]
    [InlineData("null", false)]
    public void Is_older_than_an_hour(string value, bool holds) =>
        Assert.Equal(holds.ToTruth(), TestRules.Verdict("a: { older_than: 1h }", $$"""{"a":{{value}}}"""));

    [Theory]
    [InlineData("1h30m", "2026-01-05T10:30:01Z", true)]
    [InlineData("1h30m", "2026-01-05T10:30:00Z", false)]
    [InlineData("7d", "2025-12-30T00:00:00Z", true)]
    [InlineData("2w", "2025-12-01T00:00:00Z", false)]
    [InlineData("30s", "2027-01-01T00:00:00Z", true)]
    public void Is_newer_than(string duration, string value, bool holds) =>
        Assert.Equal(holds.ToTruth(), TestRules.Verdict($"a: {{ newer_than: {duration} }}", $$"""{"a":"{{value}}"}"""));

    [Theory]
    [InlineData("Mon-Fri 09:00-17:00", "2026-01-05T09:00:00Z", true)]
    [InlineData("Mon-Fri 09:00-17:00", "2026-01-05T17:00:00Z", false)]
    [InlineData("Mon-Fri 09:00-17:00", "2026-01-04T12:00:00Z", false)]
    [InlineData("Sat,Sun 00:00-24:00", "2026-01-04T23:59:59Z", true)]
    [InlineData("Sat-Mon 10:00-11:00", "2026-01-05T10:30:00Z", true)]
    [InlineData("Sat-Mon 10:00-11:00", "2026-01-06T10:30:00Z", false)]
    [InlineData("22:00-06:00", "2026-01-05T23:00:00Z", true)]
    [InlineData("22:00-06:00", "2026-01-05T05:59:00Z", true)]
    [InlineData("22:00-06:00", "2026-01-05T06:00:00Z", false)]
    [InlineData("Fri 22:00-06:00", "2026-01-10T05:00:00Z", true)]
    [InlineData("Fri 22:00-06:00", "2026-01-09T05:00:00Z", false)]
    [InlineData("Sun 22:00-00:00", "2026-01-04T23:00:00Z", true)]
    [InlineData("Sun 22:00-00:00", "2026-01-05T00:00:00Z", false)]
    [InlineData("00:00-24:00", "0001-01-01T00:00:00Z", true)]
    public void Lies_within_a_window(string window, string time, bool holds) =>
        Assert.Equal(holds.ToTruth(), TestRules.Verdict($"a: {{ within: '{window}' }}", $$"""{"a":"{{time}}"}"""));

    [Theory]
    [InlineData("2026-03-29T00:30:00Z", true)]   // 01:30, before the clock is put forward
    [InlineData("2026-03-29T01:00:00Z", false)]  // 03:00: there is no 02:30 that day
    [InlineData("2026-10-25T00:15:00Z", true)]   // 02:15, the first time
    [InlineData("2026-10-25T01:15:00Z", true)]   // 02:15, the second time
    [InlineData("2026-10-25T02:00:00Z", false)]  // 03:00
    [InlineData("2026-07-01T00:30:00Z", true)]   // 02:30 in summer
    public void Follows_the_wall_clock_of_the_zone(string time, bool holds) =>
        Assert.Equal(holds.ToTruth(), TestRules.Verdict("a: { within: '01:30-03:00', zone: Europe/Oslo }", $$"""{"a":"{{time}}"}"""));

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", "America/New_York")]
    [InlineData("9999-12-31T23:59:59Z", "Asia/Tokyo")]
    public void Survives_the_ends_of_time(string time, string zone) =>
        Assert.NotEqual(Truth.Unknown, TestRules.Verdict($"a: {{ within: '00:00-12:00', zone: {zone} }}", $$"""{"a":"{{time}}"}"""));

    [Fact]
    public void Reads_the_time_of_the_delivery()
    {
        Assert.Equal(Truth.True, TestRules.Verdict("delivery.received_at: { within: 'Mon 13:00-14:00', zone: Europe/Oslo }", "{}"));
        Assert.Equal(Truth.False, TestRules.Verdict("delivery.received_at: { within: 'Mon 13:00-14:00' }", "{}"));
    }
}
