using WebhookBot.Clients;

namespace WebhookBot.Tests.Clients;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("120", 120)]
    [InlineData("Fri, 01 May 2026 12:01:00 GMT", 60)]
    [InlineData("Fri, 01 May 2026 11:00:00 GMT", 0)]
    public void Reads_seconds_and_dates(string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Parse(value, Now));

    [Theory]
    [InlineData(null), InlineData(""), InlineData("-1"), InlineData("soon"), InlineData("1.5"), InlineData("99999999999999999999")]
    public void Says_nothing_where_nothing_readable_was_said(string? value) => Assert.Null(RetryAfter.Parse(value, Now));
}
