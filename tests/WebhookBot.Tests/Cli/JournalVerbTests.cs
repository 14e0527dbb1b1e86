using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Journal;
using TemporaryFolder = WebhookBot.Tests.Journal.TemporaryFolder;

namespace WebhookBot.Tests.Cli;

/// <summary>What is done to a journal's files while no bot uses them.</summary>
public sealed class JournalVerbTests : IDisposable
{
    private readonly Shell _shell = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _shell.Dispose();
    }

    [Fact]
    public async Task Verifies_a_sound_journal_and_changes_nothing()
    {
        await FillAsync(40);
        var before = Content();
        var told = await RunAsync("journal", "verify", "--data", _folder.Path);
        Assert.Equal(0, told.Code);
        var segments = _folder.Segments.Length;
        Assert.True(segments > 2);
        Assert.Equal(segments, told.Out.Split('\n').Count(line => line.StartsWith("00000000", StringComparison.Ordinal)));
        Assert.Contains($"{segments} segments, ", told.Out, StringComparison.Ordinal);
        Assert.Contains("40 deliveries", told.Out, StringComparison.Ordinal);
        Assert.EndsWith(": sound\n", told.Out, StringComparison.Ordinal);
        Assert.Equal(before, Content());
    }

    [Fact]
    public async Task Names_what_is_damaged_and_tells_a_torn_end_from_it()
    {
        await FillAsync(40);
        var bytes = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_folder.Segments[0], bytes, Stop);
        var start = await File.ReadAllBytesAsync(_folder.Segments[1], Stop);
        start[3] ^= 1;
        await File.WriteAllBytesAsync(_folder.Segments[1], start, Stop);
        await using (var end = new FileStream(_folder.Segments[^1], FileMode.Append))
        {
            end.Write([.. Enumerable.Repeat((byte)0xEE, 17)]);
        }

        var told = await RunAsync("journal", "verify", "--data", _folder.Path);
        Assert.Equal(1, told.Code);
        Assert.Matches(@"0000000001\.log .*\n  damaged: [0-9,]+ bytes from \d+ are no records\n", told.Out);
        Assert.Contains("0000000002.log  0 records, 0 deliveries", told.Out, StringComparison.Ordinal);
        Assert.Contains("damaged: its beginning is damaged", told.Out, StringComparison.Ordinal);
        Assert.Matches(@"  torn end: 17 bytes from \d+; nobody was told", told.Out);
        Assert.EndsWith(": DAMAGED\n", told.Out, StringComparison.Ordinal);

        var json = JsonDocument.Parse((await RunAsync("journal", "verify", "--data", _folder.Path, "--format", "json")).Out).RootElement;
        Assert.False(json.GetProperty("sound").GetBoolean());
        Assert.Equal(17, json.GetProperty("segments").EnumerateArray().Last().GetProperty("torn").GetProperty("length").GetInt64());
        Assert.Single(json.GetProperty("segments")[0].GetProperty("damage").EnumerateArray());
    }

    [Fact]
    public async Task Makes_index_and_sidecars_again()
    {
        await FillAsync(40);
        await File.WriteAllTextAsync(_folder.Index, "no index", Stop);
        var sidecars = Directory.GetFiles(_folder.Log, "*.idx").Length;
        foreach (var sidecar in Directory.GetFiles(_folder.Log, "*.idx"))
        {
            await File.WriteAllTextAsync(sidecar, "no sidecar", Stop);
        }

        var told = await RunAsync("journal", "rebuild", "--data", _folder.Path);
        Assert.True(told.Code == 0, told.ToString());
        Assert.Matches(@"The index is made again: [0-9,]+ records\.\n", told.Out);
        Assert.Equal(sidecars, Directory.GetFiles(_folder.Log, "*.idx").Length);
        using var journal = Open();
        Assert.Equal(40, (await journal.ListAllAsync()).Count);
    }

    [Fact]
    public async Task Exports_every_delivery_newest_first()
    {
        await FillAsync(40);
        var told = await RunAsync("journal", "export", "--data", _folder.Path);
        var lines = told.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal((0, 40), (told.Code, lines.Count));
        Assert.Equal(Enumerable.Range(0, 40).Reverse(), lines.Select(line => line.GetProperty("payload").GetProperty("n").GetInt32()));
        Assert.Contains("40 deliveries written", told.Error, StringComparison.Ordinal);

        var file = Path.Combine(_folder.Path, "out.ndjson");
        var some = await RunAsync("journal", "export", "--data", _folder.Path, "--last", "3", "--output", file);
        Assert.Equal((0, "", 3), (some.Code, some.Out, File.ReadAllLines(file).Length));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("rebuild")]
    [InlineData("export")]
    public async Task Refuses_a_journal_that_is_used_one_of_a_newer_version_and_none(string verb)
    {
        var none = await RunAsync("journal", verb, "--data", Path.Combine(_folder.Path, "nowhere"));
        Assert.Equal((1, ""), (none.Code, none.Out));
        Assert.Contains("nowhere/journal does not exist. Name the bot's data folder with --data.", none.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "nowhere")));

        await FillAsync(1);
        using (Open())
        {
            var used = await RunAsync("journal", verb, "--data", _folder.Path);
            Assert.Equal((1, ""), (used.Code, used.Out));
            Assert.Contains("is used by another process", used.Error, StringComparison.Ordinal);
        }

        var bytes = await File.ReadAllBytesAsync(_folder.Segments[0], Stop);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), SegmentHeader.FormatVersion + 1);
        BitConverter.TryWriteBytes(bytes.AsSpan(SegmentHeader.Size - 4), Crc32C.Of(0, bytes.AsSpan(0, SegmentHeader.Size - 4)));
        await File.WriteAllBytesAsync(_folder.Segments[0], bytes, Stop);
        var newer = await RunAsync("journal", verb, "--data", _folder.Path);
        Assert.Equal(1, newer.Code);
        Assert.Contains("this version reads up to", newer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("journal", "verify", "--format", "yaml")]
    [InlineData("journal", "export", "--last", "0")]
    [InlineData("journal", "export", "--since", "yesterday")]
    [InlineData("journal", "mend")]
    [InlineData("journal")]
    public async Task Refuses_bad_usage_and_says_how_to_get_help(params string[] words)
    {
        var told = await RunAsync(words);
        Assert.Equal(2, told.Code);
        Assert.Contains($"Try: webhookbot {string.Join(' ', words.Take(words.Length > 2 ? 2 : 1))} --help", told.Error, StringComparison.Ordinal);
    }

    private async Task FillAsync(int count)
    {
        using var journal = Open();
        for (var i = 0; i < count; i++)
        {
            await journal.AppendAsync(JournalDriver.Draft($"nr {i}") with { Body = JsonSerializer.SerializeToUtf8Bytes(new { n = i }) }, Stop);
            await journal.WorkOffAsync(JournalDriver.Succeeded);
        }
    }

    private string[] Content() => [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Order().Select(file => file + Convert.ToHexString(File.ReadAllBytes(file)))];

    private LiteDbJournal Open() => LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, SegmentBytes = 4000 }, TimeProvider.System);

    private Task<Said> RunAsync(params string[] words) => _shell.RunAsync(words);
}
