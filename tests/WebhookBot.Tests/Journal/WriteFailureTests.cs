using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class WriteFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingFolder _disk = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Refuses_while_writes_fail_and_goes_on_by_itself_when_they_do_not()
    {
        using (var journal = Open())
        {
            var before = await journal.AppendAsync("before");
            _disk.Failure = new IOException("No space left on device");
            var refused = await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync("refused"));
            Assert.True(refused.RetryAfter > TimeSpan.Zero);
            Assert.Contains("No space left", journal.Health.Problem?.Text, StringComparison.Ordinal);
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync("refused"));
            Assert.Equal(new AppendReceipt(before, true), await journal.AppendAsync(JournalDriver.Draft("before"), Stop));

            _disk.Failure = null;
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.False((await journal.AppendAsync(JournalDriver.Draft("refused"), Stop)).IsDuplicate);
            Assert.Null(journal.Health.Problem);
        }

        using var reopened = Open();
        Assert.Equal(["refused", "before"], (await reopened.ListAllAsync()).Select(one => one.Id).Select(id => reopened.GetAsync(id).Result.Delivery.SenderId));
    }

    [Fact]
    public async Task Recovers_without_anybody_asking()
    {
        using var journal = Open();
        _disk.Failure = new IOException("Input/output error");
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync("a"));
        _disk.Failure = null;
        Assert.True(SpinWait.SpinUntil(() => journal.Health.Problem is null, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Lets_a_plan_and_an_attempt_be_written_again_after_a_failure()
    {
        using var journal = Open();
        await journal.AppendAsync("a");
        var lease = await journal.ClaimOneAsync();
        await FailAsync(() => journal.PlanAsync(lease, "k"));
        Assert.Equal("k", (await journal.PlanAsync(lease, "k"))!.Actions[0].Key);
        var action = Assert.Single(await journal.ActionsAsync(lease));
        await FailAsync(() => journal.RecordAsync(action, JournalDriver.Succeeded));
        Assert.True(await journal.RecordAsync(action, JournalDriver.Succeeded));
    }

    [Fact]
    public async Task Takes_no_deliveries_on_a_nearly_full_disk_and_still_writes_what_came_of_them()
    {
        using var journal = Open();
        await journal.AppendAsync("a");
        var lease = await journal.ClaimOneAsync();
        _disk.FreeSpace = (100 << 20, 1L << 40);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync("b"));
        Assert.Contains("nearly full", journal.Health.Problem?.Text, StringComparison.Ordinal);
        Assert.NotNull(await journal.PlanAsync(lease, "k"));
        _disk.FreeSpace = (1L << 39, 1L << 40);
        _time.Advance(TimeSpan.FromSeconds(1));
        await journal.AppendAsync("b");
        Assert.Null(journal.Health.Problem);
    }

    [Fact]
    public async Task Loses_nothing_that_was_acknowledged_after_a_new_segment_could_not_be_begun()
    {
        using (var journal = Open())
        {
            await journal.AppendAsync("before");
            _disk.Fault = DiskFault.SyncError;
            _time.Advance(TimeSpan.FromDays(2));
            await journal.DropOldAsync();
            await journal.DropOldAsync();
            _disk.Fault = DiskFault.None;
            _time.Advance(TimeSpan.FromSeconds(2));
            await journal.AppendAsync("after");
        }

        using var reopened = Open();
        Assert.Equal(["before", "after"], (await reopened.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
    }

    private async Task FailAsync(Func<Task> write)
    {
        _disk.Failure = new IOException("No space left on device");
        await Assert.ThrowsAsync<JournalUnavailableException>(write);
        _disk.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    private LiteDbJournal Open() =>
        LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, _disk, null, _time, null);
}
