using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class PowerCutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Holds_every_acknowledged_delivery_plan_and_attempt_after_any_power_cut()
    {
        const int Images = 400;
        var disk = new RecordingFolder();
        var acknowledged = new List<(int Step, string SenderId, bool IsDone)>();
        using (var journal = Open(disk, "live"))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => AppendAllAsync(journal, disk, worker, acknowledged)));
        }

        var random = new Random(20_260_301);
        for (var image = 0; image < Images; image++)
        {
            var steps = random.Next(1, disk.Steps + 1);
            var cut = disk.CutAfter(steps, random);
            using var journal = Open(cut, "image" + image);
            foreach (var (step, senderId, isDone) in acknowledged.Where(one => one.Step <= steps))
            {
                var receipt = await journal.AppendAsync(JournalDriver.Draft(senderId, "s", size: Size(senderId)), TestContext.Current.CancellationToken);
                Assert.True(receipt.IsDuplicate, $"image {image}: {senderId} was acknowledged at step {step} of {steps} and is lost");
                if (isDone)
                {
                    Assert.Equal(DeliveryStatus.Done, (await journal.GetAsync(receipt.Id)).Status);
                }
            }
        }
    }

    private static int Size(string senderId) => 100 + (senderId.Sum(letter => letter) * 37 % 12_000);

    private static async Task AppendAllAsync(
        LiteDbJournal journal, RecordingFolder disk, int worker, List<(int Step, string SenderId, bool IsDone)> acknowledged)
    {
        await Task.Yield();
        for (var i = 0; i < 12; i++)
        {
            var senderId = $"w{worker}-{i}";
            await journal.AppendAsync(JournalDriver.Draft(senderId, null, size: Size(senderId)), TestContext.Current.CancellationToken);
            Acknowledge(senderId, false);
            foreach (var lease in await journal.ClaimAsync(1))
            {
                await journal.PlanAsync(lease, "k");
                foreach (var action in await journal.ActionsAsync(lease))
                {
                    await journal.RecordAsync(action, JournalDriver.Succeeded);
                    Acknowledge(lease.Delivery.SenderId, true);
                }

                await journal.ReleaseAsync(lease);
            }
        }

        void Acknowledge(string senderId, bool isDone)
        {
            lock (acknowledged)
            {
                acknowledged.Add((disk.Steps, senderId, isDone));
            }
        }
    }

    private LiteDbJournal Open(RecordingFolder disk, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        var options = new JournalOptions { Path = Path.Combine(folder, "journal.db"), SegmentBytes = 60_000 };
        return LiteDbJournal.Open(options, disk, null, new FakeTimeProvider(JournalDriver.Start), null);
    }
}
