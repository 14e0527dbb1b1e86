using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>The bot's files, filled by a real process that was stopped or killed, are damaged before the next start.</summary>
public sealed class DamageTests(DamageTests.FilledFolders filled, ITestOutputHelper output) : IClassFixture<DamageTests.FilledFolders>, IDisposable
{
    private const int Deliveries = 300;
    private const int Rounds = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly CollectedLog _log = new();

    private string Index => Path.Combine(_folder.Path, "data", "index.db");

    private List<string> Segments => [.. Directory.GetFiles(Path.Combine(_folder.Path, "data", "journal"), "*.log").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keeps_an_index_that_nothing_happened_to(bool killed)
    {
        Restore(killed);
        await AssertWholeAsync("not damaged");
        Assert.DoesNotContain(_log.Lines, line => line.Contains("made again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_everything_after_the_index_was_deleted_or_cut_off(bool killed)
    {
        Restore(killed);
        File.Delete(Index);
        await AssertWholeAsync("deleted");
        foreach (var part in new[] { 0, 0.1, 0.5, 0.9, 0.999 })
        {
            Restore(killed);
            using (var file = File.OpenWrite(Index))
            {
                file.SetLength((long)(file.Length * part));
            }

            await AssertWholeAsync($"cut off at {part}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_everything_after_garbage_was_written_over_the_index(bool killed)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            Restore(killed);
            var files = new[] { Index, Index.Replace(".db", "-log.db", StringComparison.Ordinal) }.Where(f => File.Exists(f) && new FileInfo(f).Length > 8192).ToArray();
            var place = Overwrite(files[round % files.Length], random, round < Rounds / 2 ? random.Next(1, 16) : random.Next(16, 3000));
            await AssertWholeAsync($"seed {seed}, round {round}, {place}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_everything_after_a_file_beside_the_index_was_deleted_or_damaged(bool killed)
    {
        var random = new Random(3);
        Restore(killed);
        var files = Directory.GetFiles(Path.Combine(_folder.Path, "data"), "index*").Where(f => f != Index).Select(f => Path.GetFileName(f)).Append("index-log.db").Distinct().ToList();
        output.WriteLine(string.Join(", ", files));
        foreach (var name in files)
        {
            Restore(killed);
            var file = Path.Combine(_folder.Path, "data", name);
            File.Delete(file);
            await AssertWholeAsync($"{name} deleted");

            Restore(killed);
            var garbage = new byte[20_000];
            random.NextBytes(garbage);
            await File.WriteAllBytesAsync(file, garbage, TestContext.Current.CancellationToken);
            await AssertWholeAsync($"{name} overwritten");

            Restore(killed);
            if (File.Exists(file) && new FileInfo(file).Length > 0)
            {
                await AssertWholeAsync($"{name}: {Overwrite(file, random, 10)}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loses_no_more_than_what_was_hit_in_a_sealed_segment_and_names_the_place(bool killed)
    {
        var random = new Random(9);
        Restore(killed);
        var segment = Segments[1];
        output.WriteLine($"{Segments.Count} segments; {Overwrite(segment, random, 40)}");
        File.Delete(Path.ChangeExtension(segment, ".idx"));
        File.Delete(Index);

        var present = await PresentAsync();

        Assert.InRange(present.Count, Deliveries - 2, Deliveries);
        Assert.Contains(_log.Lines, line => line.Contains("Segment 2 of the journal is damaged: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Says_which_delivery_is_damaged_instead_of_failing_when_the_index_still_knows_it()
    {
        Restore(killed: false);
        var segment = Segments[0];
        var random = new Random(4);
        var place = Overwrite(segment, random, 60);
        await using var bot = await StartAsync();
        var listed = await bot.Client.ListAllAsync();
        Assert.Equal(Deliveries, listed.Count);
        var damaged = 0;
        foreach (var id in listed.Select(d => d.GetProperty("id").GetString()!))
        {
            using var answer = await bot.Client.GetAsync($"/api/deliveries/{id}", TestContext.Current.CancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                damaged++;
                var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                output.WriteLine($"{place}: {id}: {(int)answer.StatusCode} {said}");
                Assert.Contains("in segment 1 at ", said, StringComparison.Ordinal);
            }
        }

        Assert.InRange(damaged, 1, 2);
        Assert.Contains(_log.Lines, line => line.Contains("in segment 1 at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cuts_off_a_torn_end_and_says_so(bool killed)
    {
        Restore(killed);
        var last = Segments[^1];
        var bytes = await File.ReadAllBytesAsync(last, TestContext.Current.CancellationToken);

        // Zeros that a killed process leaves behind the records are no part of them.
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        await File.WriteAllBytesAsync(last, bytes.AsMemory(0, end - 7), TestContext.Current.CancellationToken);

        var present = await PresentAsync();

        Assert.InRange(present.Count, Deliveries - 1, Deliveries);
        Assert.Contains(_log.Lines, line => line.Contains($"The end of segment {Segments.Count} was torn", StringComparison.Ordinal));
    }

    /// <summary>The ids that are listed, each of which can be had whole and gets finished.</summary>
    private async Task<List<string>> PresentAsync()
    {
        await using var bot = await StartAsync();
        var ids = (await bot.Client.ListAllAsync()).Select(d => d.GetProperty("id").GetString()!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var id in ids)
        {
            Assert.Equal(id, (await bot.Client.FindAsync(id)).GetProperty("payload").GetProperty("id").GetString());
        }

        Assert.True(await bot.Client.SendAsync("after-the-damage"));
        return ids;
    }

    private async Task AssertWholeAsync(string what)
    {
        await using var bot = await StartAsync();
        try
        {
            var listed = await bot.Client.ListAllAsync();
            Assert.Equal(Enumerable.Range(0, Deliveries).Reverse().Select(FilledFolders.Id), listed.Select(d => d.GetProperty("id").GetString()!));
            Assert.All(listed, AssertDone);
            for (var i = 0; i < Deliveries; i += 23)
            {
                AssertWhole(await bot.Client.FindAsync(FilledFolders.Id(i)), i);
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.Message}\n{string.Join('\n', _log.Lines.TakeLast(20))}", e);
        }
    }

    private static void AssertDone(JsonElement summary)
    {
        Assert.Equal("done", summary.GetProperty("status").GetString());
        Assert.Equal("github.push", summary.GetProperty("event").GetString());
        Assert.Equal(0, summary.GetProperty("duplicates").GetInt32());
        Assert.Equal("tell", Assert.Single(summary.GetProperty("rules").EnumerateArray()).GetString());
    }

    private static void AssertWhole(JsonElement delivery, int number)
    {
        Assert.Equal(number, delivery.GetProperty("payload").GetProperty("number").GetInt32());
        Assert.Equal(2, delivery.GetProperty("rules").GetArrayLength());
        var action = Assert.Single(delivery.GetProperty("actions").EnumerateArray());
        Assert.Equal("succeeded", action.GetProperty("status").GetString());
        Assert.Single(action.GetProperty("attempts").EnumerateArray());
    }

    private static string Overwrite(string file, Random random, int bytes)
    {
        var garbage = new byte[bytes];
        random.NextBytes(garbage);
        using var stream = File.OpenWrite(file);

        // Not the header of a segment: without it the whole segment is set aside.
        stream.Position = random.NextInt64(Math.Min(200, stream.Length / 2), Math.Max(stream.Length / 2 + 1, stream.Length - bytes));
        var place = $"{bytes} bytes of {Path.GetFileName(file)} at {stream.Position} of {stream.Length}";
        stream.Write(garbage);
        return place;
    }

    private void Restore(bool killed)
    {
        if (Directory.Exists(Path.Combine(_folder.Path, "data")))
        {
            Directory.Delete(Path.Combine(_folder.Path, "data"), recursive: true);
        }

        FilledFolders.Copy(killed ? filled.Killed : filled.Stopped, _folder.Path);
    }

    private Task<RunningBot> StartAsync()
    {
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Journal:SegmentBytes"] = FilledFolders.SegmentBytes;
        return RunningBot.StartAsync(settings: settings, folder: _folder, replace: services => services.AddSingleton<ILoggerProvider>(_log));
    }

    /// <summary>The folders of a bot that was stopped and of one that was killed, each with every delivery finished.</summary>
    public sealed class FilledFolders : IAsyncLifetime
    {
        public const string SegmentBytes = "150000";

        private readonly TemporaryFolder _stopped = new();
        private readonly TemporaryFolder _killed = new();

        public string Stopped => _stopped.Path;

        public string Killed => _killed.Path;

        public static string Id(int number) => $"filled-in-delivery-{number:D4}";

        public static void Copy(string from, string to)
        {
            foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
        }

        public async ValueTask InitializeAsync()
        {
            await using var target = await StandIn.StartAsync();
            await Task.WhenAll(FillAsync(_stopped, target, killed: false), FillAsync(_killed, target, killed: true));
        }

        public ValueTask DisposeAsync()
        {
            _stopped.Dispose();
            _killed.Dispose();
            return ValueTask.CompletedTask;
        }

        private static async Task FillAsync(TemporaryFolder folder, StandIn target, bool killed)
        {
            var options = FaultBot.Options(folder, FaultBot.Rules(target.Step));
            options = options with { Settings = new Dictionary<string, string>(options.Settings) { ["Journal:SegmentBytes"] = SegmentBytes } };
            await using var bot = await BotProcess.StartAsync(options);
            for (var i = 0; i < Deliveries; i++)
            {
                await bot.Client.SendAsync(Id(i), i, filler: 1000);
            }

            await bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
            if (killed)
            {
                await bot.KillAsync();
            }
            else
            {
                Assert.Equal(0, await bot.StopAsync(TimeSpan.FromSeconds(25)));
            }
        }
    }
}
