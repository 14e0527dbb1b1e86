using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>A disk that does not give out a part of what it holds: the rest is worked on.</summary>
public sealed class BadDiskTests : IDisposable
{
    private const string First = "0000000001.log";

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);
    private readonly CapturingLogger _logger = new();
    private readonly RecordingFolder _disk = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Works_on_what_was_claimed_with_a_delivery_that_cannot_be_read()
    {
        using var journal = Open();
        await journal.AppendAsync("before");
        var bad = journal.Health.LogBytes + 50;
        await journal.AppendAsync("bad");
        await journal.AppendAsync("after");
        _disk.BadSector = (First, bad);

        Assert.Equal(["before", "after"], (await journal.ClaimAsync()).Select(lease => lease.Delivery.SenderId));

        // The sector may be read another time; nothing is given up for it.
        Assert.Contains(_logger.Lines, line => line.Contains("does not give delivery", StringComparison.Ordinal));
        _disk.BadSector = null;
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("bad", (await journal.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
    }

    [Fact]
    public async Task Tries_what_was_claimed_with_an_action_whose_plan_cannot_be_read()
    {
        using var journal = Open();
        var bad = 0L;
        foreach (var sender in new[] { "before", "bad", "after" })
        {
            await journal.AppendAsync(sender);
            bad = sender == "bad" ? journal.Health.LogBytes + 50 : bad;
            await journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start));
        }

        _disk.BadSector = (First, bad);

        Assert.Equal(["key-before", "key-after"], (await journal.DueAsync()).Select(lease => lease.Action.Key));
    }

    [Fact]
    public async Task Drops_what_is_too_old_although_something_in_it_cannot_be_read_and_keeps_its_file()
    {
        using var journal = Open();
        var bad = journal.Health.LogBytes + 50;
        await journal.AppendAsync("bad");
        await journal.KeepAsync(new Bookmark("kept", "1"), Stop);
        await PassAsync(journal, s_kept);

        // The index has read it by then.
        Assert.Single(await journal.ListAllAsync());
        _disk.BadSector = (First, bad);

        // The disk is full just when the delivery has been given up: its file is kept when it is dropped the next time, too.
        var (gate, isFilling) = (new Lock(), true);
        _disk.AfterRead = () =>
        {
            lock (gate)
            {
                _disk.Failure = isFilling && _logger.Lines.Any(line => line.Contains("is given up", StringComparison.Ordinal)) ? new IOException("No space left on device") : null;
            }
        };
        await PassAsync(journal, TimeSpan.FromDays(3));
        Assert.Contains(First, _disk.Names());
        lock (gate)
        {
            (isFilling, _disk.Failure) = (false, null);
        }

        await PassAsync(journal, TimeSpan.FromDays(2));

        Assert.DoesNotContain(First, _disk.Names());
        Assert.Contains(First + ".damaged", _disk.Names());
        Assert.Equal("1", (await journal.RecallAsync("kept", Stop))?.Value);
    }

    [Fact]
    public async Task Makes_a_bookmark_anew_that_is_damaged()
    {
        var options = new JournalOptions { Path = _folder.Journal };
        using var journal = LiteDbJournal.Open(options, _time, _logger);
        var start = journal.Health.LogBytes;
        await journal.KeepAsync(new Bookmark("kept", "1"), Stop);
        await using (var file = new FileStream(_folder.Segments[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = (start + journal.Health.LogBytes) / 2;
            file.WriteByte(0xEE);
        }

        Assert.Null(await journal.RecallAsync("kept", Stop));
        Assert.Contains(_logger.Lines, line => line.Contains("cannot be read any more; what it belongs to is made anew", StringComparison.Ordinal));
        await journal.KeepAsync(new Bookmark("kept", "2"), Stop);
        Assert.Equal("2", (await journal.RecallAsync("kept", Stop))?.Value);
    }

    [Fact]
    public async Task Knows_nothing_after_a_start_of_a_bookmark_that_went_with_its_segment()
    {
        using (var journal = Open())
        {
            await journal.KeepAsync(new Bookmark("kept", "1"), Stop);
            await PassAsync(journal, TimeSpan.FromDays(2));
        }

        _disk.Delete(First);
        using var reopened = Open("again");

        Assert.Null(await reopened.RecallAsync("kept", Stop));
    }

    [Fact]
    public async Task Takes_deliveries_while_an_index_that_cannot_be_opened_is_behind_by_any_number()
    {
        using (var journal = Open())
        {
            for (var i = 0; i < 10; i++)
            {
                await journal.AppendAsync($"{i}");
            }
        }

        var place = Directory.CreateDirectory(Path.Combine(_folder.Path, "broken")).FullName;
        Directory.CreateDirectory(Path.Combine(place, "index.db"));
        using var reopened = LiteDbJournal.Open(new JournalOptions { Path = Path.Combine(place, "journal.db"), MaxIndexLag = 5 }, _disk, null, _time, _logger);

        for (var i = 0; i < 10; i++)
        {
            await reopened.AppendAsync($"more {i}");
            Assert.Null(reopened.Health.Problem);
        }
    }

    private async Task PassAsync(LiteDbJournal journal, TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromHours(12))
        {
            _time.Advance(TimeSpan.FromHours(12));
            await journal.DropOldAsync();
            await journal.DropOldAsync();
        }
    }

    private LiteDbJournal Open(string name = "index") => LiteDbJournal.Open(
        new JournalOptions { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName, "journal.db"), Retention = s_kept }, _disk, null, _time, _logger);
}
