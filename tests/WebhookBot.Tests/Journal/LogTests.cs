using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class LogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CapturingLogger _logger = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Cuts_a_torn_tail_wherever_it_was_torn()
    {
        long before;
        using (var journal = Open())
        {
            await journal.AppendAsync("kept");
            before = journal.Health.LogBytes;
            await journal.AppendAsync("torn");
        }

        var whole = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        for (var length = before; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_folder.Segments[0], whole.AsMemory(0, (int)length), Stop);
            using var journal = Open();
            Assert.Equal("kept", (await journal.ClaimOneAsync()).Delivery.SenderId);
            Assert.Equal(before, journal.Health.LogBytes);
        }

        Assert.Equal(whole.Length - before - 1, _logger.Lines.Count(line => line.Contains("torn", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Gives_back_what_a_killed_process_had_written_ahead_and_calls_it_no_damage()
    {
        byte[] killed;
        long end;
        using (var journal = Open())
        {
            await journal.AppendAsync("kept");
            end = journal.Health.LogBytes;
            killed = await ReadOpenAsync(_folder.Segments[0]);
        }

        Assert.True(killed.Length > end);
        Assert.Equal(end, new FileInfo(_folder.Segments[0]).Length);
        await File.WriteAllBytesAsync(_folder.Segments[0], killed, Stop);
        var report = Assert.Single(LogInspection.Inspect(new DiskLogFolder(_folder.Log), (_, _) => { }));
        Assert.Equal((true, (DamagedRange?)null), (report.IsSound, report.Torn));
        using (var journal = Open())
        {
            Assert.Equal("kept", (await journal.ClaimOneAsync()).Delivery.SenderId);
            await journal.AppendAsync("more");
        }

        Assert.Contains(_logger.Lines, line => line.Contains($"{killed.Length - end} bytes from {end} that were kept free", StringComparison.Ordinal));
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("torn", StringComparison.Ordinal) || line.Contains("damaged", StringComparison.Ordinal));
        using var last = Open();
        Assert.Equal(["kept", "more"], (await last.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
    }

    [Fact]
    public async Task Reports_a_bad_frame_in_the_middle_and_reads_the_rest()
    {
        var ends = new List<long>();
        using (var journal = Open())
        {
            foreach (var id in new[] { "a", "b", "c" })
            {
                await journal.AppendAsync(id);
                ends.Add(journal.Health.LogBytes);
            }
        }

        var whole = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        for (var at = ends[0]; at < ends[1]; at += 7)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(_folder.Segments[0], damaged, Stop);
            using var journal = Open();
            Assert.Equal(["a", "c"], (await journal.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
            Assert.False((await journal.AppendAsync(JournalDriver.Draft("b"), Stop)).IsDuplicate);
        }

        Assert.Contains(_logger.Lines, line => line.Contains($"{ends[1] - ends[0]} bytes from {ends[0]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gives_an_action_up_whose_delivery_can_be_read_no_more()
    {
        using var journal = Open();
        var start = journal.Health.LogBytes;
        await journal.AppendAsync("a");
        var end = journal.Health.LogBytes;
        await journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start));
        await using (var file = new FileStream(_folder.Segments[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = (start + end) / 2;
            file.WriteByte(0xEE);
        }

        var lease = Assert.Single(await journal.DueAsync());

        Assert.Null(await journal.ReadDeliveryAsync(lease, Stop));
        Assert.Equal(0, journal.Health.Retrying);
        Assert.Contains(_logger.Lines, line => line.Contains($"{lease.Origin.DeliveryId} cannot be read any more and is given up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task Makes_a_missing_or_damaged_sidecar_again(int? damageAt)
    {
        await FillSegmentsAsync();
        var sidecars = Directory.GetFiles(_folder.Log, "*.idx");
        Assert.True(sidecars.Length > 2);
        foreach (var sidecar in sidecars)
        {
            Damage(sidecar, damageAt);
        }

        await AssertAllThereAsync();
        Assert.Equal(sidecars.Length, Directory.GetFiles(_folder.Log, "*.idx").Length);
    }

    [Fact]
    public async Task Falls_back_to_the_checkpoint_before_a_damaged_one()
    {
        await FillSegmentsAsync();
        foreach (var segment in _folder.Segments.Skip(1))
        {
            Damage(segment, SegmentHeader.Size + 5);
            await AssertAllThereAsync();
        }
    }

    [Fact]
    public async Task Refuses_a_newer_format_and_lets_go_of_the_folder()
    {
        Open().Dispose();
        var bytes = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        var newer = bytes.ToArray();
        newer[8] = SegmentHeader.FormatVersion + 1;
        BinaryPrimitives.WriteUInt32LittleEndian(newer.AsSpan(SegmentHeader.Size - 4), Crc32C.Of(0, newer.AsSpan(0, SegmentHeader.Size - 4)));
        await File.WriteAllBytesAsync(_folder.Segments[0], newer, Stop);
        Assert.Contains("newer version", Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(_folder.Segments[0], bytes, Stop);
        Open().Dispose();
    }

    [Fact]
    public async Task Refuses_a_second_one_on_the_same_folder()
    {
        using var journal = Open();
        Assert.Contains("another process", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
        await journal.AppendAsync("still works");
    }

    [Fact]
    public async Task Never_takes_bytes_of_another_place_or_segment_for_a_frame()
    {
        await FillSegmentsAsync();
        var first = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        var last = _folder.Segments[^1];
        var whole = await File.ReadAllBytesAsync(last, Stop);
        await File.WriteAllBytesAsync(last, [.. whole, .. first.AsSpan(SegmentHeader.Size), .. whole.AsSpan(SegmentHeader.Size)], Stop);
        await AssertAllThereAsync();
        Assert.Equal(whole.Length + 24 * FrameHeader.Size, new FileInfo(last).Length);
    }

    [Fact]
    public async Task Begins_the_next_segment_anew_when_it_was_never_finished()
    {
        await FillSegmentsAsync();
        var next = Path.Combine(_folder.Log, SegmentHeader.FileName(_folder.Segments.Length + 1, ".log"));
        await File.WriteAllBytesAsync(next, new byte[10], Stop);
        await AssertAllThereAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<byte[]> ReadOpenAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, Stop);
        return bytes;
    }

    private static void Damage(string path, int? at)
    {
        if (at is null)
        {
            File.Delete(path);
            return;
        }

        var bytes = File.ReadAllBytes(path);
        bytes[at.Value] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private async Task FillSegmentsAsync()
    {
        using var journal = Open();
        for (var i = 0; i < 24; i++)
        {
            await journal.AppendAsync("d" + i, "s" + (i % 3));
        }

        foreach (var lease in await journal.ClaimAsync())
        {
            await journal.PlanAsync(lease, "k");
            var action = Assert.Single(await journal.ActionsAsync(lease));
            await journal.RecordAsync(action, JournalDriver.Succeeded, new Bookmark("last", lease.Delivery.SenderId));
            await journal.ReleaseAsync(lease);
        }
    }

    private async Task AssertAllThereAsync()
    {
        using var journal = Open();
        Assert.Equal(21, journal.Health.Unfinished);
        Assert.Equal("d2", (await journal.RecallAsync("last", Stop))!.Value);
        for (var i = 0; i < 24; i++)
        {
            Assert.True((await journal.AppendAsync(JournalDriver.Draft("d" + i), Stop)).IsDuplicate);
        }

        Assert.Equal(["d3", "d4", "d5"], (await journal.ClaimAsync()).Select(lease => lease.Delivery.SenderId));
        Assert.Equal(24, (await journal.ListAllAsync()).Count);
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(
        new JournalOptions { Path = _folder.Journal, SegmentBytes = 3000 }, new FakeTimeProvider(JournalDriver.Start), _logger);
}
