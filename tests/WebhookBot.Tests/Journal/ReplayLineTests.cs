using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Pipeline;

namespace WebhookBot.Tests.Journal;

/// <summary>A delivery that waits for somebody outlives its replays: what was done in those that are left is still found, and no id comes twice.</summary>
public sealed class ReplayLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task Goes_on_behind_replays_that_are_kept_no_longer(int kept)
    {
        using var journal = LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, Retention = TimeSpan.FromDays(kept) }, _time);
        var origin = await journal.AppendAsync("origin");
        await journal.WorkOffAsync(JournalDriver.Dead);
        var first = await ReplayAsync(journal, origin);
        await PassAsync(journal, kept * 0.8);
        var second = await ReplayAsync(journal, origin);
        await PassAsync(journal, kept * 0.6);
        Assert.Null(await journal.FindAsync(first, Stop));

        var line = await ReplayLine.FindAsync(journal, origin, Stop);

        Assert.Equal([origin, second], line!.Members.Select(m => m.Delivery.Id));
        Assert.DoesNotContain(line.NextId, new[] { first, second });
        var third = await ReplayAsync(journal, origin);
        Assert.Equal([origin, second, third], (await ReplayLine.FindAsync(journal, third, Stop))!.Members.Select(m => m.Delivery.Id));
    }

    private async Task<string> ReplayAsync(LiteDbJournal journal, string origin)
    {
        var line = await ReplayLine.FindAsync(journal, origin, Stop);
        await journal.KeepAsync(line!.Mark, Stop);
        var draft = JournalDriver.Draft(line.NextId) with { ReceivedAt = _time.GetUtcNow(), Headers = [new ReplayOrder { Of = origin }.ToHeader()] };
        var receipt = await journal.AppendAsync(draft, Stop);
        Assert.False(receipt.IsDuplicate);
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        return receipt.Id;
    }

    private async Task PassAsync(LiteDbJournal journal, double days)
    {
        for (var left = TimeSpan.FromDays(days); left > TimeSpan.Zero; left -= TimeSpan.FromHours(1))
        {
            _time.Advance(TimeSpan.FromHours(1));
            await journal.DropOldAsync();
            await journal.DropOldAsync();
        }
    }
}
