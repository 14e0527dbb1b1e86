using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>What is being worked on when the process ends is counted at the next start: a copy of an open journal's files is what a kill leaves.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly List<TemporaryFolder> _folders = [new TemporaryFolder()];
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    [Fact]
    public async Task Counts_what_was_being_decided_and_nothing_else()
    {
        using var first = Open();
        await first.AppendAsync("being decided", "a");
        await first.AppendAsync("not claimed", "a");
        await first.AppendAsync("decided", "b");
        foreach (var lease in await DecideAsync(first))
        {
            if (lease.Delivery.SenderId == "decided")
            {
                await first.PlanAsync(lease, "k");
            }
        }

        using var second = Kill();
        var leases = await DecideAsync(second);
        Assert.Equal([("being decided", 1), ("decided", 0)], leases.Select(lease => (lease.Delivery.SenderId, lease.Interrupted)));
        using var third = Kill();
        Assert.Equal([("being decided", 2), ("decided", 0)], (await third.ClaimAsync()).Select(lease => (lease.Delivery.SenderId, lease.Interrupted)));
    }

    [Fact]
    public async Task Counts_no_delivery_that_was_claimed_and_only_waited_to_be_decided()
    {
        using var first = Open();
        await first.AppendAsync("deadly", "a");
        await first.AppendAsync("beside it", "b");
        Assert.Equal(2, (await first.ClaimAsync()).Count);
        using var second = Kill();
        Assert.Equal([0, 0], (await second.ClaimAsync()).Select(lease => lease.Interrupted));
    }

    [Fact]
    public async Task Counts_the_try_that_had_begun_and_forgets_it_when_an_attempt_is_recorded()
    {
        using var first = Open();
        var id = await first.AppendAsync("a");
        var lease = await first.ClaimOneAsync();
        await first.PlanAsync(lease, "k1", "k2", "k3");
        var actions = await first.ActionsAsync(lease);
        Assert.True(await first.BeginAttemptAsync(actions[0], Stop));
        Assert.True(await first.RecordAsync(actions[0], JournalDriver.Succeeded));
        Assert.True(await first.BeginAttemptAsync(actions[1], Stop));

        using var second = Kill();
        var again = await second.ActionsAsync(await second.ClaimOneAsync());
        Assert.Equal([("k2", 1), ("k3", 0)], again.Select(action => (action.Action.Key, action.Interrupted)));
        Assert.Equal([0, 0], again.Select(action => action.Attempts));
        var told = Assert.Single((await second.GetAsync(id)).Actions[1].Attempts);
        Assert.Equal(Attempt.WasInterrupted, told.Detail);
        Assert.True(await second.BeginAttemptAsync(again[0], Stop));
        Assert.True(await second.RecordAsync(again[0], JournalDriver.RetryAt(JournalDriver.Start)));

        using var third = Kill();
        Assert.Equal(("k2", 0, 1), Assert.Single((await third.DueAsync()).Select(action => (action.Action.Key, action.Interrupted, action.Attempts))));
    }

    [Fact]
    public async Task Counts_nothing_after_an_orderly_end_or_of_work_that_was_let_go()
    {
        var journal = Open();
        await journal.AppendAsync("let go", "a");
        await journal.AppendAsync("held to the end", "b");
        await journal.ReleaseAsync((await DecideAsync(journal, 1))[0]);
        await DecideAsync(journal, 1);
        await journal.DisposeAsync();
        using var reopened = Open();
        Assert.Equal([0, 0], (await reopened.ClaimAsync()).Select(lease => lease.Interrupted));
    }

    [Fact]
    public async Task Keeps_the_count_in_checkpoints_and_when_its_segment_is_dropped()
    {
        using var first = Open();
        await first.AppendAsync("a");
        var lease = await first.ClaimOneAsync();
        await first.PlanAsync(lease, "k");
        await first.BeginAttemptAsync(Assert.Single(await first.ActionsAsync(lease)), Stop);
        var second = Kill();
        _time.Advance(TimeSpan.FromDays(31));
        await second.DropOldAsync();
        _time.Advance(TimeSpan.FromHours(2));
        await second.DropOldAsync();
        await second.DropOldAsync();
        await second.DisposeAsync();
        using var reopened = Open();
        Assert.Equal(1, Assert.Single(await reopened.ActionsAsync(await reopened.ClaimOneAsync())).Interrupted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    public async Task Starts_with_whatever_stands_in_the_file_of_what_was_going_on(int length)
    {
        using (var journal = Open())
        {
            await journal.AppendAsync("a");
        }

        var noise = new byte[length];
        new Random(length).NextBytes(noise);
        await File.WriteAllBytesAsync(Path.Combine(_folders[^1].Log, "running"), noise, Stop);
        using var reopened = Open();
        Assert.Equal(0, (await reopened.ClaimOneAsync()).Interrupted);
    }

    [Fact]
    public async Task Works_on_when_more_is_going_on_than_is_noted()
    {
        using var first = Open();
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => first.AppendAsync($"nr {i}")));
        Assert.Equal(5000, (await DecideAsync(first, 5000)).Count);
        using var second = Kill();
        Assert.InRange((await second.ClaimAsync(5000)).Count(lease => lease.Interrupted == 1), 4000, 5000);
    }

    // Claims and begins to decide.
    private static async Task<IReadOnlyList<DeliveryLease>> DecideAsync(LiteDbJournal journal, int max = 100)
    {
        var leases = await journal.ClaimAsync(max);
        foreach (var lease in leases)
        {
            Assert.True(await journal.BeginDecidingAsync(lease, Stop));
        }

        return leases;
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(new JournalOptions { Path = _folders[^1].Journal }, _time);

    private LiteDbJournal Kill()
    {
        var copy = new TemporaryFolder();
        Directory.CreateDirectory(copy.Log);
        foreach (var file in Directory.GetFiles(_folders[^1].Log).Where(file => Path.GetFileName(file) != "lock"))
        {
            File.Copy(file, Path.Combine(copy.Log, Path.GetFileName(file)));
        }

        _folders.Add(copy);
        return Open();
    }
}
