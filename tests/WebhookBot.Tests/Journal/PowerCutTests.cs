using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>What a disk may hold after a power cut: of the log whatever was synced and any of the rest, of the index, which is never synced, anything.</summary>
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    private const int Images = 1000;
    private const int Runs = 3;
    private const int Workers = 8;
    private const int EachWorker = 3;
    private const int RebuildEvery = 10;
    private const int AtOnce = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly List<Acknowledged> _acknowledged = [];

    private enum Kind
    {
        Delivery,
        Plan,
        Attempt,
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static IEnumerable<string> SenderIds =>
        from run in Enumerable.Range(0, Runs) from worker in Enumerable.Range(0, Workers) from i in Enumerable.Range(0, EachWorker) select SenderId(run, worker, i);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Holds_every_acknowledged_delivery_plan_and_attempt_and_lists_what_the_log_holds_after_any_power_cut()
    {
        var watch = Stopwatch.StartNew();
        var disk = new RecordingFolder();
        var index = await RunAsync(disk);
        var (madeAgain, ofOneMoment, held) = (0, 0, 0);
        await Parallel.ForAsync(0, Images, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Stop }, async (image, _) =>
        {
            var random = new Random(20_260_301 + image);
            var steps = random.Next(1, disk.Steps + 1);
            var cut = disk.CutAfter(steps, random);
            var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "image" + image)).FullName;
            Interlocked.Add(ref ofOneMoment, index.CutAfter(steps, random, folder) ? 1 : 0);
            await File.WriteAllTextAsync(Path.Combine(folder, "index.db.open"), "an earlier run of the machine\n", Stop);
            var logger = new CapturingLogger();
            var found = await AssertWholeAsync(
                cut, folder, logger, [.. _acknowledged.Where(one => one.Step <= steps)], $"image {image}, cut after {steps} of {disk.Steps}: ", isCompared: image % RebuildEvery == 0);
            Interlocked.Add(ref held, found);
            Interlocked.Add(ref madeAgain, logger.Lines.Any(line => line.Contains("made again", StringComparison.Ordinal)) ? 1 : 0);
            Directory.Delete(folder, recursive: true);
        });

        output.WriteLine(
            $"{Images} images in {watch.Elapsed.TotalSeconds:F1} s, {index.Looks} looks at the index's files; {ofOneMoment} images had them of one moment, {madeAgain} made the index again; {held} deliveries held, 0 lost, 0 corrupt");
        Assert.InRange(madeAgain, Images / 4, Images - 1);
    }

    private async Task<UnsyncedFiles> RunAsync(RecordingFolder disk)
    {
        var live = Directory.CreateDirectory(Path.Combine(_folder.Path, "live")).FullName;
        var index = new UnsyncedFiles(live);
        for (var run = 0; run < Runs; run++)
        {
            using (var journal = Open(disk, live))
            {
                await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(journal, disk, index, run, worker)));
            }

            // Closed and sealed; the next run opens it again.
            index.Look(() => disk.Steps);
        }

        return index;
    }

    private async Task WorkAsync(LiteDbJournal journal, RecordingFolder disk, UnsyncedFiles index, int run, int worker)
    {
        await Task.Yield();
        for (var i = 0; i < EachWorker; i++)
        {
            var senderId = SenderId(run, worker, i);
            await journal.AppendAsync(Draft(senderId), Stop);
            Acknowledge(senderId, Kind.Delivery);
            foreach (var lease in await journal.ClaimAsync(1))
            {
                await journal.PlanAsync(lease, "k");
                Acknowledge(lease.Delivery.SenderId, Kind.Plan);
                foreach (var action in await journal.ActionsAsync(lease))
                {
                    await journal.RecordAsync(action, JournalDriver.Succeeded);
                    Acknowledge(lease.Delivery.SenderId, Kind.Attempt);
                }

                await journal.ReleaseAsync(lease);
            }

            if ((worker + i) % 4 == 0)
            {
                // A list waits for the index, so that there is something to look at.
                await journal.ListAsync(new DeliveryQuery { Limit = 1 }, Stop);
                index.Look(() => disk.Steps);
            }
        }

        void Acknowledge(string senderId, Kind kind)
        {
            lock (_acknowledged)
            {
                _acknowledged.Add(new Acknowledged(disk.Steps, senderId, kind));
            }
        }
    }

    private static async Task<int> AssertWholeAsync(
        RecordingFolder cut, string folder, CapturingLogger logger, IReadOnlyList<Acknowledged> acknowledged, string image, bool isCompared)
    {
        List<string> lines;
        int held;
        using (var journal = Open(cut, folder, logger))
        {
            var records = new Dictionary<string, DeliveryRecord>();
            foreach (var senderId in SenderIds.Where(senderId => journal.IsHeld("github", senderId)))
            {
                var record = records[senderId] = await journal.GetAsync(senderId);
                Assert.True(record.Delivery.Body.Span.SequenceEqual(Draft(senderId).Body.Span), $"{image}{senderId} is corrupt");
            }

            foreach (var one in acknowledged)
            {
                Assert.True(records.TryGetValue(one.SenderId, out var record), $"{image}{one.SenderId} is lost");
                Assert.True(one.Kind != Kind.Plan || record.Plan!.Actions.Single().Key == "k", $"{image}the plan of {one.SenderId} is lost");
                Assert.True(
                    one.Kind != Kind.Attempt || (record.Status == DeliveryStatus.Done && record.Actions.Single().Attempts.Single().Status == ActionStatus.Succeeded),
                    $"{image}the attempt of {one.SenderId} is lost");
            }

            var listed = await journal.ListAllAsync(new DeliveryQuery { Limit = 20 });
            Assert.Equal(records.Values.Select(Line).Order(), listed.Select(Line).Order());
            (lines, held) = ([.. listed.Select(Line)], listed.Count);

            // It goes on: the next one is held and listed.
            Assert.False((await journal.AppendAsync(Draft("after-the-power-cut"), Stop)).IsDuplicate);
            Assert.Equal("after-the-power-cut", (await journal.ListAsync(new DeliveryQuery { Limit = 1 }, Stop)).Items.Single().Id);
        }

        if (isCompared)
        {
            Directory.Delete(folder, recursive: true);
            using var anew = Open(cut, Directory.CreateDirectory(folder).FullName);
            Assert.Equal(lines, (await anew.ListAllAsync()).Skip(1).Select(Line));
        }

        return held;
    }

    private static string Line(DeliveryRecord record) => $"{record.Delivery.Id} {record.Delivery.Sequence} {record.Status} {record.Duplicates}";

    private static string Line(DeliverySummary summary) => $"{summary.Id} {summary.Sequence} {summary.Status} {summary.Duplicates}";

    private static string SenderId(int run, int worker, int i) => $"run-{run}-worker-{worker}-{i}";

    private static DeliveryDraft Draft(string senderId) => JournalDriver.Draft(senderId, null, size: 100 + (senderId.Sum(letter => letter) * 37 % 12_000));

    private static LiteDbJournal Open(RecordingFolder disk, string folder, CapturingLogger? logger = null) => LiteDbJournal.Open(
        new JournalOptions { Path = Path.Combine(folder, "journal.db"), SegmentBytes = 60_000 }, disk, null, new FakeTimeProvider(JournalDriver.Start), logger);

    private sealed record Acknowledged(int Step, string SenderId, Kind Kind);
}
