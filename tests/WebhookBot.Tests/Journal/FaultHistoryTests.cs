using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Random histories on a disk that fails: whatever was acknowledged is what is read.</summary>
public sealed class FaultHistoryTests : IDisposable
{
    private const int Histories = 100;
    private const int Steps = 90;

    private readonly TemporaryFolder _folder = new();
    private int _opened;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reads_what_it_acknowledged_after_any_history_of_work_faults_crashes_and_starts()
    {
        var (acknowledged, dropped, crashes) = (0, 0, 0);
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Random(seed);
            var time = new FakeTimeProvider(JournalDriver.Start);
            var model = new JournalModel(random, time);
            var disk = new RecordingFolder();
            var journal = Open(disk, time);
            for (var step = 0; step < Steps; step++)
            {
                var when = $"seed {seed}, step {step}";
                if (random.Next(9) == 0)
                {
                    disk.Fault = (DiskFault)random.Next(0, (int)DiskFault.Slow + 1);
                }

                if (random.Next(25) == 0)
                {
                    var isCrash = random.Next(3) != 0;
                    crashes += isCrash ? 1 : 0;
                    (disk, journal) = await ReopenAsync(disk, journal, time, isCrash ? random : null);
                    await model.VerifyAsync(journal, when);
                }

                await model.StepAsync(journal);
                time.Advance(TimeSpan.FromSeconds(2));
            }

            disk.Fault = DiskFault.None;
            (_, journal) = await ReopenAsync(disk, journal, time, random);
            await model.VerifyAsync(journal, $"seed {seed}, at the end");
            await model.FinishAsync(journal);
            await model.VerifyAsync(journal, $"seed {seed}, finished");
            await journal.DisposeAsync();
            (acknowledged, dropped) = (acknowledged + model.Acknowledged, dropped + model.Dropped);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Histories} histories, {crashes} crashes, {acknowledged} deliveries, {dropped} times one was found dropped");
        Assert.True(dropped > 100, $"{dropped} dropped");
        Assert.True(crashes > Histories, $"{crashes} crashes");
    }

    [Fact]
    public async Task Starts_and_reads_nothing_wrong_after_a_disk_has_lied_about_its_syncs()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var time = new FakeTimeProvider(JournalDriver.Start);
            var disk = new RecordingFolder { Fault = DiskFault.Lying };
            var journal = Open(disk, time);
            var bodies = new Dictionary<string, byte[]>();
            for (var i = 0; i < 40; i++)
            {
                var draft = JournalDriver.Draft($"sender {i}", size: random.Next(1, 9000));
                bodies[draft.SenderId] = draft.Body.ToArray();
                await journal.AppendAsync(draft, TestContext.Current.CancellationToken);
                await journal.WorkOffAsync(JournalDriver.Succeeded);
            }

            (_, journal) = await ReopenAsync(disk, journal, time, random);
            foreach (var one in await journal.ListAllAsync())
            {
                var held = (await journal.GetAsync(one.Id)).Delivery;
                Assert.Equal(bodies[held.SenderId], held.Body.ToArray());
            }

            await journal.AppendAsync("afterwards");
            await journal.DisposeAsync();
        }
    }

    private async Task<(RecordingFolder Disk, LiteDbJournal Journal)> ReopenAsync(RecordingFolder disk, LiteDbJournal journal, FakeTimeProvider time, Random? crash)
    {
        var steps = disk.Steps;
        if (crash is null)
        {
            disk.Fault = DiskFault.None;
        }

        await journal.DisposeAsync();
        var image = crash is null ? disk : disk.CutAfter(steps, crash);
        return (image, Open(image, time));
    }

    private LiteDbJournal Open(RecordingFolder disk, FakeTimeProvider time)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, $"index{_opened++}")).FullName;
        return LiteDbJournal.Open(new JournalOptions { Path = Path.Combine(folder, "journal.db"), SegmentBytes = 30_000, Retention = JournalModel.Kept }, disk, null, time, null);
    }
}
