using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Whoever reads while something is dropped or carried gets the whole story, or is told that there is none.</summary>
public sealed partial class RetentionTests
{
    private const int MostReadings = 6;

    [Fact]
    public async Task Shows_nothing_of_what_is_dropped_while_it_is_read()
    {
        for (var reading = 1; reading <= MostReadings; reading++)
        {
            var disk = new RecordingFolder();
            using var journal = Open(disk, $"dropped {reading}");
            var id = await AppendAsync(journal, "ended", "x");
            await journal.WorkOffAsync(JournalDriver.Succeeded);
            await journal.GetAsync(id);

            var dropped = DropAtReading(disk, journal, reading);
            var record = await journal.FindAsync(id, Stop);

            // The delivery, its plan, its attempt; what was dropped after the last of them had been read whole.
            Assert.True(reading >= 3 ? record is { Status: DeliveryStatus.Done, Plan: not null } : record is null, $"dropped at reading {reading}: {record?.Status.ToString() ?? "nothing"}");
            Assert.Equal(reading <= 3, dropped());
            disk.AfterRead = null;
        }
    }

    [Fact]
    public async Task Shows_all_of_what_is_carried_while_it_is_read()
    {
        for (var reading = 1; reading <= MostReadings; reading++)
        {
            var disk = new RecordingFolder();
            using var journal = Open(disk, $"carried {reading}");
            var id = await AppendAsync(journal, "dead", "x");
            await journal.WorkOffAsync(JournalDriver.Dead);
            await journal.GetAsync(id);

            var dropped = DropAtReading(disk, journal, reading);
            AssertIsWhole(await journal.FindAsync(id, Stop), reading);
            AssertIsWhole(Assert.Single(await DeadAsync(journal)), reading);
            AssertIsWhole(Assert.Single(await LastAsync(journal)), reading);
            disk.AfterRead = null;
            Assert.True(dropped() || reading > 3, $"nothing was read {reading} times");
        }
    }

    private static void AssertIsWhole(DeliveryRecord? record, int reading)
    {
        Assert.True(record is { Status: DeliveryStatus.Dead, Plan: not null }, $"carried at reading {reading}: {record?.Status.ToString() ?? "lost"}");
        Assert.Single(Assert.Single(record!.Actions).Attempts);
    }

    // Everything that is old enough is dropped in the middle of what is being read.
    private Func<bool> DropAtReading(RecordingFolder disk, LiteDbJournal journal, int reading)
    {
        var left = reading;
        disk.AfterRead = () =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                PassAsync(journal, Kept + TimeSpan.FromDays(3)).GetAwaiter().GetResult();
            }
        };
        return () => left <= 0;
    }
}
