using System.Text;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Deliveries older than what is kept are gone from the disk; what is unfinished among them is not.</summary>
public sealed partial class RetentionTests : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);
    private readonly CapturingLogger _logger = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Drops_what_is_finished_from_the_disk_the_lists_and_the_memory()
    {
        using (var journal = Open())
        {
            var id = await AppendAsync(journal, "gone", "canary-in-a-body");
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            Assert.NotNull(await journal.FindAsync(id, Stop));
            await PassAsync(journal, Kept - TimeSpan.FromDays(1));
            Assert.NotNull(await journal.FindAsync(id, Stop));
            Assert.NotEmpty(FilesWith("canary-in-a-body"));
            await PassAsync(journal, TimeSpan.FromDays(3));
            Assert.Null(await journal.FindAsync(id, Stop));
            Assert.Empty(await journal.ListAllAsync());
            Assert.Empty(await LastAsync(journal));
        }

        Assert.Empty(FilesWith("canary-in-a-body"));
        using var reopened = Open();
        Assert.Empty(await reopened.ListAllAsync());
        Assert.Equal(0, reopened.Health.Unfinished);
        Assert.False((await reopened.AppendAsync(JournalDriver.Draft("gone"), Stop)).IsDuplicate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Carries_forward_what_is_unfinished_with_all_that_came_of_it(bool isIndexLost)
    {
        string received, retried, dead;
        using (var journal = Open())
        {
            await AppendAsync(journal, "done", "x");
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            retried = await AppendAsync(journal, "retried", "payload of the retried");
            await journal.WorkOffAsync(JournalDriver.RetryAt(_time.GetUtcNow() + TimeSpan.FromDays(70)));
            dead = await AppendAsync(journal, "dead", "payload of the dead");
            await journal.WorkOffAsync(JournalDriver.Dead);
            await journal.AppendAsync(JournalDriver.Draft("retried"), Stop);
            received = await AppendAsync(journal, "received", "payload of the received");
            await PassAsync(journal, Kept + TimeSpan.FromDays(3));
            Assert.Equal([received, dead, retried], (await journal.ListAllAsync()).Select(one => one.Id));
            await AssertTheyAreThereAsync(journal, received, retried, dead);

            // And once more out of the segment that they were carried to.
            await PassAsync(journal, Kept + TimeSpan.FromDays(3));
            await AssertTheyAreThereAsync(journal, received, retried, dead);
        }

        if (isIndexLost)
        {
            File.Delete(_folder.Index);
        }

        using var reopened = Open();
        Assert.Equal([received, dead, retried], (await reopened.ListAllAsync()).Select(one => one.Id));
        Assert.Equal([received, dead, retried], (await LastAsync(reopened)).Select(one => one.Delivery.Id));
        await AssertTheyAreThereAsync(reopened, received, retried, dead);
        await AssertTheyGoOnAsync(reopened, received, retried, dead);
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("unreadable", StringComparison.Ordinal) || line.Contains("no readable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finishes_after_a_start_what_was_carried_although_every_checkpoint_but_the_oldest_is_damaged()
    {
        string id;
        using (var journal = Open())
        {
            id = await AppendAsync(journal, "carried", "x");
            await PassAsync(journal, Kept + TimeSpan.FromDays(3));
            await PassAsync(journal, TimeSpan.FromDays(2));
        }

        foreach (var segment in _folder.Segments.Skip(1))
        {
            var bytes = await File.ReadAllBytesAsync(segment, Stop);
            bytes[SegmentHeader.Size + 5] ^= 1;
            await File.WriteAllBytesAsync(segment, bytes, Stop);
        }

        using var reopened = Open();
        Assert.Equal(id, (await reopened.ClaimOneAsync()).Delivery.Id);
        Assert.Equal(1, reopened.Health.Unfinished);
    }

    [Fact]
    public async Task Keeps_what_actions_want_to_find_again_for_a_year()
    {
        using (var journal = Open())
        {
            await journal.KeepAsync(new Bookmark("kept", "1"), Stop);
            await AppendAsync(journal, "a", "x");
            var lease = await journal.ClaimOneAsync();
            await journal.PlanAsync(lease, "k");
            await journal.RecordAsync(Assert.Single(await journal.ActionsAsync(lease)), JournalDriver.Succeeded, new Bookmark("message", "17.3"));
            await journal.ReleaseAsync(lease);
            await PassAsync(journal, TimeSpan.FromDays(100));
            await journal.KeepAsync(new Bookmark("kept", "2"), Stop);
            await PassAsync(journal, TimeSpan.FromDays(100));
        }

        using var reopened = Open();
        Assert.Equal("17.3", (await reopened.RecallAsync("message", Stop))?.Value);
        Assert.Equal("2", (await reopened.RecallAsync("kept", Stop))?.Value);
        await PassAsync(reopened, TimeSpan.FromDays(240));
        Assert.Null(await reopened.RecallAsync("message", Stop));
        Assert.Equal("2", (await reopened.RecallAsync("kept", Stop))?.Value);
    }

    [Fact]
    public async Task Knows_the_ids_of_senders_for_seven_days_however_short_deliveries_are_kept()
    {
        string id;
        using (var journal = Open(TimeSpan.FromHours(1)))
        {
            id = await AppendAsync(journal, "d2f0e2a0-0000-4000-8000-000000000001", "canary-in-a-body");
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await PassAsync(journal, TimeSpan.FromHours(3), TimeSpan.FromMinutes(10));
            Assert.Null(await journal.FindAsync(id, Stop));
            Assert.Equal(new AppendReceipt(id, true), await journal.AppendAsync(JournalDriver.Draft(id), Stop));
        }

        Assert.Empty(FilesWith("canary-in-a-body"));
        using (var reopened = Open(TimeSpan.FromHours(1)))
        {
            Assert.Null(await reopened.FindAsync(id, Stop));
            Assert.Equal(new AppendReceipt(id, true), await reopened.AppendAsync(JournalDriver.Draft(id), Stop));
            await PassAsync(reopened, TimeSpan.FromDays(8), TimeSpan.FromHours(6));
            Assert.False((await reopened.AppendAsync(JournalDriver.Draft(id), Stop)).IsDuplicate);
        }
    }

    [Fact]
    public async Task Keeps_the_file_of_an_unfinished_delivery_that_is_damaged_and_names_it()
    {
        string id;
        long start, end;
        using (var journal = Open())
        {
            start = journal.Health.LogBytes;
            id = await AppendAsync(journal, "d2f0e2a0-0000-4000-8000-000000000002", "x");
            end = journal.Health.LogBytes;
            await AppendAsync(journal, "sound", "y");
            await PassAsync(journal, TimeSpan.FromDays(2));
        }

        var first = _folder.Segments[0];
        using (var journal = Open())
        {
            await using (var file = new FileStream(first, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.Position = (start + end) / 2;
                file.WriteByte(0xEE);
            }

            await PassAsync(journal, Kept + TimeSpan.FromDays(2));
            Assert.Equal("sound", (await journal.ClaimOneAsync()).Delivery.SenderId);
        }

        Assert.Contains(_logger.Lines, line => line.Contains(id, StringComparison.Ordinal));
        Assert.True(File.Exists(first + ".damaged"));
        using var reopened = Open();
        Assert.Equal("sound", (await reopened.ClaimOneAsync()).Delivery.SenderId);
    }

    [Fact]
    public async Task Carries_what_stands_behind_any_number_of_damaged_deliveries()
    {
        long start, end;
        using (var journal = Open())
        {
            start = journal.Health.LogBytes;
            for (var i = 0; i < 70; i++)
            {
                await AppendAsync(journal, $"damaged {i}", "x");
            }

            end = journal.Health.LogBytes;
            await AppendAsync(journal, "sound", "y");
            await PassAsync(journal, TimeSpan.FromDays(2));
        }

        var first = _folder.Segments[0];
        using (var journal = Open())
        {
            await using (var file = new FileStream(first, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.Position = start;
                file.Write(new byte[end - start]);
            }

            await PassAsync(journal, Kept + TimeSpan.FromDays(2));
            Assert.Equal("sound", (await journal.ClaimOneAsync()).Delivery.SenderId);
        }
    }

    [Fact]
    public async Task Keeps_what_actions_want_to_find_again_behind_any_number_that_is_too_old()
    {
        using var journal = Open();
        for (var i = 0; i < 600; i++)
        {
            await journal.KeepAsync(new Bookmark($"old {i}", "1"), Stop);
        }

        for (var month = 0; month < 11; month++)
        {
            await PassMonthAsync(journal);
        }

        await journal.KeepAsync(new Bookmark("young", "2"), Stop);
        await PassMonthAsync(journal);
        Assert.Null(await journal.RecallAsync("old 599", Stop));
        Assert.Equal("2", (await journal.RecallAsync("young", Stop))?.Value);
    }

    [Fact]
    public async Task Takes_again_what_was_lost_with_a_segment_whose_beginning_is_damaged()
    {
        using (var journal = Open())
        {
            await AppendAsync(journal, "lost", "x");
            await PassAsync(journal, TimeSpan.FromDays(2));
        }

        await using (var file = new FileStream(_folder.Segments[0], FileMode.Open, FileAccess.Write))
        {
            file.Write(new byte[SegmentHeader.Size]);
        }

        // With it the beginning would be made again.
        File.Delete(Path.ChangeExtension(_folder.Segments[0], ".idx"));
        using var reopened = Open();
        Assert.False(reopened.IsHeld("github", "lost"));
        Assert.False((await reopened.AppendAsync(JournalDriver.Draft("lost"), Stop)).IsDuplicate);
        Assert.Equal("lost", (await reopened.ClaimOneAsync()).Delivery.SenderId);
    }

    [Fact]
    public async Task Loses_nothing_unfinished_by_a_power_cut_at_any_step_of_dropping()
    {
        const int Images = 300;
        var disk = new RecordingFolder();
        var steps = new List<(int Step, string Id)>();
        using (var journal = Open(disk, "live"))
        {
            for (var i = 0; i < 12; i++)
            {
                var id = await AppendAsync(journal, $"nr {i}", "x");
                if (i % 3 == 0)
                {
                    steps.Add((disk.Steps, id));
                }

                var lease = await journal.ClaimOneAsync();
                await journal.PlanAsync(lease, "k");
                await journal.RecordAsync(Assert.Single(await journal.ActionsAsync(lease)), i % 3 == 0 ? JournalDriver.Dead : JournalDriver.Succeeded);
                await journal.ReleaseAsync(lease);
                await PassAsync(journal, TimeSpan.FromDays(8));
            }
        }

        var random = new Random(20_261_126);
        for (var image = 0; image < Images; image++)
        {
            var at = random.Next(1, disk.Steps + 1);
            using var journal = Open(disk.CutAfter(at, random), $"image{image}");
            foreach (var (step, id) in steps.Where(one => one.Step <= at))
            {
                Assert.True(await journal.FindAsync(id, Stop) is not null, $"image {image}, step {at}: {id} of step {step} is lost");
            }
        }
    }

    private static async Task AssertTheyAreThereAsync(LiteDbJournal journal, string received, string retried, string dead)
    {
        Assert.Equal("payload of the received", Encoding.UTF8.GetString((await journal.GetAsync(received)).Delivery.Body.Span));
        var again = await journal.GetAsync(retried);
        Assert.Equal((DeliveryStatus.Retrying, 1, "503"), (again.Status, again.Duplicates, Assert.Single(Assert.Single(again.Actions).Attempts).Detail));
        var letter = await journal.GetAsync(dead);
        Assert.Equal((DeliveryStatus.Dead, "payload of the dead"), (letter.Status, Encoding.UTF8.GetString(letter.Delivery.Body.Span)));
        Assert.Equal(dead, Assert.Single(await DeadAsync(journal)).Delivery.Id);
        Assert.True((await journal.AppendAsync(JournalDriver.Draft("received"), Stop)).IsDuplicate);
    }

    private async Task AssertTheyGoOnAsync(LiteDbJournal journal, string received, string retried, string dead)
    {
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        _time.Advance(TimeSpan.FromDays(20));
        Assert.True(await journal.RecordAsync(Assert.Single(await journal.DueAsync()), JournalDriver.Succeeded));
        var letter = await journal.GetAsync(dead);
        Assert.True(await journal.DecideDeadAsync(letter.Delivery.Sequence, 0, new Attempt(_time.GetUtcNow(), ActionStatus.Skipped, "closed"), Stop));
        foreach (var id in new[] { received, retried, dead })
        {
            Assert.Equal(DeliveryStatus.Done, (await journal.GetAsync(id)).Status);
        }

        Assert.Equal(0, journal.Health.Unfinished);
    }

    private static async Task<string> AppendAsync(LiteDbJournal journal, string senderId, string body) =>
        (await journal.AppendAsync(JournalDriver.Draft(senderId) with { Body = Encoding.UTF8.GetBytes(body) }, Stop)).Id;

    private async Task PassAsync(LiteDbJournal journal, TimeSpan time, TimeSpan? step = null)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step ?? TimeSpan.FromHours(12))
        {
            _time.Advance(step ?? TimeSpan.FromHours(12));
            await DropAsync(journal);
        }
    }

    private async Task PassMonthAsync(LiteDbJournal journal)
    {
        foreach (var time in new[] { TimeSpan.FromDays(31), TimeSpan.FromHours(2) })
        {
            _time.Advance(time);
            await DropAsync(journal);
        }
    }

    // One may be going on that began before the time had passed.
    private static async Task DropAsync(LiteDbJournal journal)
    {
        await journal.DropOldAsync();
        await journal.DropOldAsync();
    }

    private static async Task<List<DeliveryRecord>> LastAsync(LiteDbJournal journal) => await journal.ReadLastAsync(new DeliveryQuery(), 100_000, Stop).ToListAsync(Stop);

    private static async Task<List<DeliveryRecord>> DeadAsync(LiteDbJournal journal) => await journal.ReadDeadAsync(long.MaxValue, Stop).ToListAsync(Stop);

    private List<string> FilesWith(string text) =>
        [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("lock", StringComparison.Ordinal) && Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(text, StringComparison.Ordinal))];

    private LiteDbJournal Open(TimeSpan? retention = null) =>
        LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, Retention = retention ?? Kept, SegmentBytes = 1 << 20 }, _time, _logger);

    private LiteDbJournal Open(RecordingFolder disk, string name) => LiteDbJournal.Open(
        new JournalOptions { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName, "journal.db"), Retention = Kept },
        disk, null, _time, _logger);
}
