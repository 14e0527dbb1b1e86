using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Tests.Journal;

/// <summary>How often something was done counts for as long as it is asked for, wherever the records of it have gone.</summary>
public sealed class MarkTests : IDisposable
{
    private static readonly TimeSpan s_shortly = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_long = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_counted = TimeSpan.FromDays(10);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_what_was_marked_in_segments_that_are_closed_read_again_and_dropped(bool isSidecarLost)
    {
        for (var i = 0; i < 3; i++)
        {
            using var journal = Open(s_long);
            await MarkAsync(journal, $"{i}");
            await RotateAsync(journal);
        }

        if (isSidecarLost)
        {
            File.Delete(Path.ChangeExtension(_folder.Segments[1], SegmentHeader.IndexExtension));
        }

        var first = _folder.Segments[0];
        using (var journal = Open(s_shortly))
        {
            Assert.Equal(3, await CountAsync(journal));
            await RotateAsync(journal);
            Assert.False(File.Exists(first), "it was not dropped");
            Assert.Equal(3, await CountAsync(journal));
        }

        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var journal = Open(s_shortly);
            Assert.Equal(3, await CountAsync(journal));
        }

        _time.Advance(s_counted);
        using var later = Open(s_shortly);
        Assert.Equal(0, await CountAsync(later));
        _time.Advance(TimeSpan.FromDays(7));
        await RotateAsync(later);
        Assert.False(File.Exists(Path.ChangeExtension(first, SegmentHeader.IndexExtension)), "its sidecar is still there");
    }

    [Fact]
    public async Task Keeps_the_sidecar_of_a_dropped_segment_until_nothing_in_it_counts_any_more()
    {
        var counted = TimeSpan.FromDays(20);
        using (var journal = Open(s_shortly))
        {
            await MarkAsync(journal, "0", counted);
            _time.Advance(TimeSpan.FromDays(10));
            await RotateAsync(journal);
            Assert.Empty(await journal.ListAllAsync());
        }

        using var reopened = Open(s_shortly);
        Assert.Equal(1, await CountAsync(reopened));
    }

    [Fact]
    public async Task Writes_no_mark_into_the_beginning_of_a_segment()
    {
        using (var journal = Open(s_long))
        {
            for (var i = 0; i < 2_000; i++)
            {
                await MarkAsync(journal, $"{i}", key: $"subject {i}");
            }

            await RotateAsync(journal);
        }

        Assert.InRange(new FileInfo(_folder.Segments[^1]).Length, 1, 1_000);
    }

    [Fact]
    public async Task Counts_what_an_older_version_wrote_into_the_beginning_of_a_segment()
    {
        Directory.CreateDirectory(_folder.Log);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "tests/WebhookBot.Tests/Journal/Formats/marks-in-checkpoints")))
        {
            File.Copy(file, Path.Combine(_folder.Log, Path.GetFileName(file)));
        }

        _time.Advance(TimeSpan.FromHours(31));
        for (var start = 0; start < 2; start++)
        {
            using var journal = Open(s_long);
            Assert.Equal(4 + start, await CountAsync(journal));
            await MarkAsync(journal, $"new {start}");
            Assert.Equal(5 + start, await CountAsync(journal));
            await RotateAsync(journal);
        }

        // Three of the older version's count no more.
        using var later = Open(s_long);
        Assert.Equal(3, await CountAsync(later));
    }

    private static async Task<int> CountAsync(LiteDbJournal journal) =>
        Assert.Single(await journal.CountMarksAsync([new MarkQuery("k", JournalDriver.Start.AddDays(-1))], Stop));

    // A segment is closed after a day at the most, can be dropped an hour after that, and is when that has been so for a while.
    private async Task RotateAsync(LiteDbJournal journal)
    {
        foreach (var time in new[] { TimeSpan.FromHours(25), TimeSpan.FromHours(2), TimeSpan.FromHours(1) })
        {
            _time.Advance(time);
            await journal.DropOldAsync();
            await journal.DropOldAsync();
        }
    }

    private async Task MarkAsync(LiteDbJournal journal, string sender, TimeSpan? counted = null, string key = "k")
    {
        var now = _time.GetUtcNow();
        await journal.AppendAsync(JournalDriver.Draft(sender) with { ReceivedAt = now }, Stop);
        var lease = await journal.ClaimOneAsync();
        await journal.SavePlanAsync(lease, JournalDriver.Plan() with { Marks = [new Mark(key, now, now + (counted ?? s_counted))] }, Stop);
        await journal.ReleaseAsync(lease);
    }

    private LiteDbJournal Open(TimeSpan retention) =>
        LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, Retention = retention }, _time);
}
