using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>A clock that was wrong before a restart and is right after it.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly TimeSpan Back = TimeSpan.FromDays(1);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tries_again_in_time_what_was_put_off_before_the_clock_was_set_back_and_the_bot_started_anew(bool isInCheckpoint)
    {
        using (var journal = Open(JournalDriver.Start, out _))
        {
            await journal.AppendAsync("retried");
            await journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start.AddMinutes(5)));
            await journal.AppendAsync("postponed");
            Assert.True(await journal.PostponeAsync(await journal.ClaimOneAsync(), JournalDriver.Start.AddMinutes(5), "GitHub is down", Stop));
            if (isInCheckpoint)
            {
                await FillSegmentAsync(journal);
            }
        }

        using var later = Open(JournalDriver.Start - Back, out var time);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Empty(await later.DueAsync());
        Assert.Empty(await later.ClaimAsync());

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("key-retried", Assert.Single(await later.DueAsync()).Action.Key);
        Assert.Equal("postponed", (await later.ClaimOneAsync()).Delivery.SenderId);
    }

    [Fact]
    public async Task Leaves_due_times_alone_when_the_clock_went_on()
    {
        using (var journal = Open(JournalDriver.Start, out _))
        {
            await journal.AppendAsync("a");
            await journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start.AddHours(2)));
        }

        using var later = Open(JournalDriver.Start.AddHours(1), out var time);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(await later.DueAsync());
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Single(await later.DueAsync());
    }

    // More than a segment holds, so that a checkpoint is what the next start goes by.
    private static async Task FillSegmentAsync(LiteDbJournal journal)
    {
        for (var i = 0; i < 10; i++)
        {
            await journal.AppendAsync($"more {i}");
            await journal.WorkOffAsync(JournalDriver.Succeeded);
        }
    }

    private LiteDbJournal Open(DateTimeOffset at, out FakeTimeProvider time)
    {
        time = new FakeTimeProvider(at);
        return LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, SegmentBytes = 3000 }, time);
    }
}
