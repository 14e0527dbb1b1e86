using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Files of the journal are damaged, missing or half written: what can be had of them is had, what cannot is told and can be sent again.</summary>
public sealed class AfterDamageTests : IDisposable
{
    private const string Sidecar = "0000000001.idx";
    private const string Id = "d2f0e2a0-0000-4000-8000-000000000001";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);
    private readonly CapturingLogger _logger = new();
    private readonly RecordingFolder _disk = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_beginning_is_made_again_from_the_sidecar()
    {
        using (var journal = Real())
        {
            await journal.AppendAsync("first");
            await PassAsync(journal, TimeSpan.FromDays(2));
            await journal.AppendAsync("last");
        }

        Overwrite(_folder.Segments[0], 0, SegmentHeader.Size);

        using (var again = Real())
        {
            Assert.Equal(["first", "last"], (await again.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
        }

        Assert.Contains(_logger.Lines, line => line.Contains("made again from its sidecar", StringComparison.Ordinal));
        Assert.All(LogInspection.Inspect(new DiskLogFolder(_folder.Log), (_, _) => { }), report => Assert.True(report.IsSound));
    }

    [Fact]
    public async Task What_was_put_aside_is_never_overwritten()
    {
        for (var i = 0; i < 3; i++)
        {
            using (var journal = Real())
            {
                await journal.AppendAsync($"of {i}");
            }

            Overwrite(_folder.Segments[^1], 0, SegmentHeader.Size);
        }

        using var again = Real();
        await again.AppendAsync("after");

        var kept = Directory.GetFiles(_folder.Log, "*.damaged*");
        Assert.Equal(3, kept.Select(file => Convert.ToHexString(File.ReadAllBytes(file))).Distinct().Count());
        Assert.Equal("after", (await again.ClaimOneAsync()).Delivery.SenderId);
    }

    [Fact]
    public async Task What_stood_in_a_segment_that_is_missing_can_be_sent_again_and_is_told_of()
    {
        using (var journal = Real())
        {
            foreach (var sender in new[] { "first", "lost", "last" })
            {
                await journal.AppendAsync(sender);
                await PassAsync(journal, TimeSpan.FromDays(2));
            }
        }

        File.Delete(_folder.Segments[1]);
        var report = Assert.Single(LogInspection.Inspect(new DiskLogFolder(_folder.Log), (_, _) => { }), report => !report.IsSound);
        Assert.Equal(("0000000002.log", "it is missing"), (report.Name, report.Problem));

        using var again = Real();
        Assert.Contains(_logger.Lines, line => line.Contains("between segment 1 and segment 3", StringComparison.Ordinal));
        Assert.False((await again.AppendAsync(JournalDriver.Draft("lost"), Stop)).IsDuplicate);
        Assert.True((await again.AppendAsync(JournalDriver.Draft("first"), Stop)).IsDuplicate);
    }

    [Fact]
    public async Task A_segment_that_ends_early_at_a_record_is_told_of()
    {
        long end;
        using (var journal = Real())
        {
            await journal.AppendAsync("first");
            end = journal.Health.LogBytes;
            await journal.AppendAsync("second");
            await PassAsync(journal, TimeSpan.FromDays(2));
            await journal.AppendAsync("last");
        }

        using (var file = File.OpenWrite(_folder.Segments[0]))
        {
            file.SetLength(end);
        }

        Assert.Contains(LogInspection.Inspect(new DiskLogFolder(_folder.Log), (_, _) => { }), report => report is { Name: "0000000001.log", Damage.Count: 1 });
    }

    [Fact]
    public async Task A_copy_of_what_cannot_be_read_any_more_is_taken()
    {
        using var journal = Real();
        var start = journal.Health.LogBytes;
        await journal.AppendAsync("a");
        Overwrite(_folder.Segments[0], (start + journal.Health.LogBytes) / 2, 1);
        Assert.Empty(await journal.ClaimAsync());

        Assert.False((await journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);
        Assert.Equal("a", (await journal.ClaimOneAsync()).Delivery.SenderId);
        Assert.True((await journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);
    }

    [Fact]
    public async Task Dead_letters_are_listed_although_the_record_of_one_is_damaged()
    {
        using var journal = Real();
        var (start, end) = (0L, 0L);
        foreach (var sender in new[] { "one", "bad", "two" })
        {
            start = sender == "bad" ? journal.Health.LogBytes : start;
            await journal.AppendAsync(sender);
            end = sender == "bad" ? journal.Health.LogBytes : end;
            await journal.WorkOffAsync(JournalDriver.Dead);
        }

        Overwrite(_folder.Segments[0], (start + end) / 2, 1);

        Assert.Equal(["two", "one"], await journal.ReadDeadAsync(long.MaxValue, Stop).Select(record => record.Delivery.SenderId).ToListAsync(Stop));
    }

    [Fact]
    public async Task What_was_given_up_is_dropped_like_what_is_finished()
    {
        using var journal = Real();
        await journal.AppendAsync("poison");
        var lease = await journal.ClaimOneAsync();
        Assert.True(await journal.GiveUpAsync(lease, "it cannot be decided", Stop));
        await journal.ReleaseAsync(lease);

        await PassAsync(journal, TimeSpan.FromDays(20));
        Assert.Single(await journal.ListAllAsync());
        await PassAsync(journal, TimeSpan.FromDays(20));

        Assert.Empty(await journal.ListAllAsync());
    }

    [Fact]
    public async Task It_starts_on_a_full_disk_although_a_sidecar_is_torn()
    {
        using (var journal = Recorded("live"))
        {
            await journal.AppendAsync("a");
            await PassAsync(journal, TimeSpan.FromDays(2));
            await journal.AppendAsync("b");
        }

        Tear(Sidecar);
        _disk.Fault = DiskFault.Full;

        using var again = Recorded("again");
        Assert.Equal(2, (await again.ClaimAsync()).Count);
    }

    [Fact]
    public async Task It_starts_although_a_sidecar_cannot_be_read()
    {
        using (var journal = Recorded("live"))
        {
            await journal.AppendAsync("a");
            await PassAsync(journal, TimeSpan.FromDays(2));
            await journal.AppendAsync("b");
        }

        _disk.BadSector = (Sidecar, 10);

        using var again = Recorded("again");
        Assert.Equal(2, (await again.ClaimAsync()).Count);
    }

    [Fact]
    public async Task Ids_are_known_for_seven_days_although_the_sidecar_was_torn_before_its_segment_was_dropped()
    {
        using (var journal = Recorded("live", s_hour))
        {
            await journal.AppendAsync(Id);
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await PassAsync(journal, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
            Tear(Sidecar);
            await PassAsync(journal, 4 * s_hour, TimeSpan.FromMinutes(10));
            Assert.DoesNotContain("0000000001.log", _disk.Names());
        }

        using var again = Recorded("again", s_hour);
        Assert.True((await again.AppendAsync(JournalDriver.Draft(Id), Stop)).IsDuplicate);
    }

    [Fact]
    public async Task A_sidecar_of_a_dropped_segment_that_cannot_be_read_for_a_while_is_kept()
    {
        using (var journal = Recorded("live", s_hour))
        {
            await journal.AppendAsync(Id);
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await PassAsync(journal, 4 * s_hour, TimeSpan.FromMinutes(10));
            Assert.DoesNotContain("0000000001.log", _disk.Names());
            _disk.BadSector = (Sidecar, 10);
            await PassAsync(journal, s_hour, TimeSpan.FromMinutes(10));
        }

        using (Recorded("while it cannot be read", s_hour))
        {
            Assert.Contains(_logger.Lines, line => line.Contains("does not give out which deliveries", StringComparison.Ordinal));
        }

        _disk.BadSector = null;
        using var again = Recorded("again", s_hour);
        Assert.True((await again.AppendAsync(JournalDriver.Draft(Id), Stop)).IsDuplicate);
    }

    [Fact]
    public async Task A_segment_that_was_begun_and_never_written_to_is_begun_anew()
    {
        using (var journal = Recorded("live", s_hour))
        {
            await journal.AppendAsync("x");
        }

        // What a power cut may leave: the length and nothing of the content.
        using (var torn = _disk.Create("0000000002.log"))
        {
            torn.Write(new byte[8192], 0);
        }

        Assert.All(LogInspection.Inspect(_disk, (_, _) => { }), report => Assert.True(report.IsSound));
        using (var journal = Recorded("again", s_hour))
        {
            Assert.DoesNotContain(_disk.Names(), name => name.Contains("damaged", StringComparison.Ordinal));
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await PassAsync(journal, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(10));
            await journal.AppendAsync(Id);
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await PassAsync(journal, 4 * s_hour, TimeSpan.FromMinutes(10));
        }

        using var last = Recorded("last", s_hour);
        Assert.True((await last.AppendAsync(JournalDriver.Draft(Id), Stop)).IsDuplicate);
    }

    [Fact]
    public async Task Who_was_sent_away_is_taken_after_failed_syncs_and_a_power_cut()
    {
        using var journal = Recorded("live");
        await journal.AppendAsync("acknowledged");
        _disk.Fault = DiskFault.SyncError;
        foreach (var sender in new[] { "refused", "refused too" })
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(sender));
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        _disk.Fault = DiskFault.None;
        await journal.AppendAsync("after");
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            using var image = Open(_disk.CutAfter(_disk.Steps, random), $"image {i}", TimeSpan.FromDays(30));
            var receipt = await image.AppendAsync(JournalDriver.Draft("refused"), Stop);
            var claimed = (await image.ClaimAsync()).Select(lease => lease.Delivery.SenderId).ToList();
            Assert.Contains("acknowledged", claimed);
            Assert.Contains("after", claimed);
            Assert.True(!receipt.IsDuplicate || claimed.Contains("refused"), $"image {i}: the sender is told that it is held, and it is not");
        }
    }

    [Fact]
    public async Task Nothing_of_a_newer_format_is_written_into_an_older_segment()
    {
        Directory.CreateDirectory(_folder.Log);
        var segment = Path.Combine(_folder.Log, "0000000001.log");
        File.Copy(Path.Combine(Repository.Root, "tests/WebhookBot.Tests/Journal/Formats/format-3.log"), segment);
        var before = await File.ReadAllBytesAsync(segment, Stop);

        using (var journal = LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, new FakeTimeProvider(new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero))))
        {
            await journal.AppendAsync(JournalDriver.Draft("new") with { Body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":1}""", 1000))) }, Stop);
        }

        var after = await File.ReadAllBytesAsync(segment, Stop);
        Assert.True(after.AsSpan().SequenceEqual(before.AsSpan(0, after.Length)));
        Assert.Equal(SegmentHeader.FormatVersion, BinaryPrimitives.ReadInt32LittleEndian((await File.ReadAllBytesAsync(_folder.Segments[1], Stop)).AsSpan(8)));
    }

    [Fact]
    public async Task A_window_has_two_ends_when_the_clock_was_ahead()
    {
        using var journal = Real();
        var first = JournalDriver.Draft("hash") with { DedupeWindow = TimeSpan.FromMinutes(10), ReceivedAt = JournalDriver.Start + TimeSpan.FromDays(1) };
        await journal.AppendAsync(first, Stop);

        Assert.True((await journal.AppendAsync(first with { ReceivedAt = first.ReceivedAt - TimeSpan.FromMinutes(9) }, Stop)).IsDuplicate);
        Assert.False((await journal.AppendAsync(first with { ReceivedAt = first.ReceivedAt - s_hour }, Stop)).IsDuplicate);
    }

    private LiteDbJournal Real() => LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, _time, _logger);

    private LiteDbJournal Recorded(string name, TimeSpan? retention = null) => Open(_disk, name, retention ?? TimeSpan.FromDays(30));

    private LiteDbJournal Open(RecordingFolder disk, string name, TimeSpan retention) => LiteDbJournal.Open(
        new JournalOptions { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName, "journal.db"), Retention = retention }, disk, null, _time, _logger);

    private async Task PassAsync(LiteDbJournal journal, TimeSpan time, TimeSpan? step = null)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step ?? TimeSpan.FromHours(12))
        {
            _time.Advance(step ?? TimeSpan.FromHours(12));
            await journal.DropOldAsync();
            await journal.DropOldAsync();
        }
    }

    private void Tear(string name)
    {
        using var file = _disk.Open(name);
        file.SetLength(10);
    }

    private static void Overwrite(string path, long at, int count)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Position = at;
        file.Write(Enumerable.Repeat((byte)0xEE, count).ToArray());
    }
}
