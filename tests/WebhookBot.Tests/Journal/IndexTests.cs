using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class IndexTests : IDisposable
{
    private const int Deliveries = 300;

    private readonly TemporaryFolder _folder = new();
    private readonly CapturingLogger _logger = new();

    private string Marker => _folder.Index + ".ok";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Is_made_again_when_it_was_deleted()
    {
        await FillAsync();
        File.Delete(_folder.Index);
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task Is_not_needed_to_tell_the_whole_story_of_what_has_ended()
    {
        // A folder of that name is an index that can neither be opened nor made again.
        Directory.CreateDirectory(_folder.Index);
        using var journal = Open();
        var id = await journal.AppendAsync("ended");
        await journal.WorkOffAsync(JournalDriver.Succeeded);

        var record = await journal.GetAsync(id);

        Assert.Equal((DeliveryStatus.Done, "ended"), (record.Status, record.Delivery.SenderId));
        Assert.Equal("key-ended", Assert.Single(record.Plan!.Actions).Key);
        Assert.Equal(JournalDriver.Succeeded, Assert.Single(Assert.Single(record.Actions).Attempts));
        Assert.NotNull(journal.Health.IndexNote);
    }

    [Fact]
    public async Task Shows_what_was_decided_about_dead_letters_when_it_is_made_again()
    {
        var statuses = new List<DeliveryStatus>();
        using (var journal = Open())
        {
            foreach (var (sender, decided) in new (string, ActionStatus?)[] { ("left", null), ("closed", ActionStatus.Skipped), ("again", ActionStatus.Pending) })
            {
                await journal.AppendAsync(sender);
                var lease = await journal.WorkOffAsync(JournalDriver.Dead);
                Assert.True(decided is null || await journal.DecideDeadAsync(lease.Delivery.Sequence, 0, new Attempt(JournalDriver.Start, decided.Value, "so"), Stop));
            }

            statuses.AddRange((await journal.ListAllAsync()).Select(d => d.Status));
        }

        File.Delete(_folder.Index);
        using var reopened = Open();
        Assert.Equal([DeliveryStatus.Planned, DeliveryStatus.Done, DeliveryStatus.Dead], statuses);
        Assert.Equal(statuses, (await reopened.ListAllAsync()).Select(d => d.Status));
        Assert.Equal("again", (await reopened.ClaimOneAsync()).Delivery.SenderId);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(8192)]
    [InlineData(50_000)]
    public async Task Is_made_again_when_it_was_cut_off(int length)
    {
        await FillAsync();
        await File.WriteAllBytesAsync(_folder.Index, (await File.ReadAllBytesAsync(_folder.Index, Stop)).AsMemory(0, length), Stop);
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task Is_made_again_when_garbage_was_written_over_it()
    {
        await FillAsync();
        var random = new Random(5);
        for (var round = 0; round < 12; round++)
        {
            Overwrite(random);
            await AssertCompleteAsync();
        }
    }

    [Fact]
    public async Task Is_made_again_after_the_machine_stopped_without_closing_it()
    {
        await FillAsync();
        File.Delete(Marker);
        await File.WriteAllTextAsync(_folder.Index + ".open", "another run of the machine", Stop);
        Overwrite(new Random(6));
        await AssertCompleteAsync();
        Assert.Contains(_logger.Lines, line => line.Contains("made again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_kept_after_the_program_alone_was_killed()
    {
        await FillAsync();
        File.Delete(Marker);
        await AssertCompleteAsync();
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("made again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_brought_forward_and_not_made_again_after_a_clean_end()
    {
        await FillAsync();
        await AssertCompleteAsync();
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("made again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_made_again_when_it_belongs_to_another_journal()
    {
        await FillAsync();
        foreach (var file in Directory.GetFiles(_folder.Log))
        {
            File.Delete(file);
        }

        await FillAsync(areOthers: true);
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task Is_made_again_when_its_format_is_older()
    {
        await FillAsync();
        await using (var stream = new PlainStream(_folder.Index))
        {
            await using var log = new PlainStream(Path.Combine(_folder.Path, "index-log.db"));
            using var engine = new LiteDB.Engine.LiteEngine(
                new LiteDB.Engine.EngineSettings { DataStream = stream, LogStream = log, Collation = LiteDB.Collation.Binary });
            using var database = new LiteDB.LiteDatabase(engine);
            var state = database.GetCollection("state");
            var position = state.FindById(1);
            position["format"] = 0;
            state.Update(position);
        }

        new IndexMarker(_folder.Index).Close();
        await AssertCompleteAsync();
        Assert.Contains(_logger.Lines, line => line.Contains("made again", StringComparison.Ordinal));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Overwrite(Random random)
    {
        using var file = File.OpenWrite(_folder.Index);
        var garbage = new byte[random.Next(1, 9000)];
        random.NextBytes(garbage);
        file.Position = random.NextInt64(Math.Max(1, file.Length - garbage.Length));
        file.Write(garbage);
    }

    private async Task FillAsync(bool areOthers = false)
    {
        using var journal = Open();
        await Task.WhenAll(Enumerable.Range(areOthers ? 1000 : 0, Deliveries).Select(i => journal.AppendAsync("d" + i)));
        foreach (var lease in await journal.ClaimAsync(40))
        {
            await journal.PlanAsync(lease, "k");
            await journal.RecordAsync(Assert.Single(await journal.ActionsAsync(lease)), JournalDriver.Succeeded);
            await journal.ReleaseAsync(lease);
        }

        // A list waits for the index, so that there is something to damage.
        Assert.Equal(Deliveries, (await journal.ListAllAsync()).Count);
    }

    private async Task AssertCompleteAsync()
    {
        using var journal = Open();
        Assert.Equal(Deliveries, (await journal.ListAllAsync(new DeliveryQuery { Limit = 90 })).Count);
        Assert.Equal(40, (await journal.ListAllAsync(new DeliveryQuery { Status = DeliveryStatus.Done })).Count);
        var done = (await journal.ListAllAsync(new DeliveryQuery { Status = DeliveryStatus.Done }))[^1];
        Assert.Equal(ActionStatus.Succeeded, (await journal.GetAsync(done.Id)).Actions[0].Status);
        Assert.Null(journal.Health.IndexNote);
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(
        new JournalOptions { Path = _folder.Journal, SegmentBytes = 50_000 }, new FakeTimeProvider(JournalDriver.Start), _logger);
}
