using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>How large a journal gets that drops what is too old.</summary>
public sealed class GrowthTests : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(JournalDriver.Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Takes_at_most_a_third_more_than_what_is_kept()
    {
        using var journal = LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, Retention = Kept, SegmentBytes = 200_000 }, _time);
        for (var day = 0; day < 90; day++)
        {
            for (var i = 0; i < 20; i++)
            {
                await journal.AppendAsync(JournalDriver.Draft($"day {day} nr {i}", size: 8000) with { ReceivedAt = _time.GetUtcNow() }, Stop);
                await journal.WorkOffAsync(i == 7 && day % 30 == 0 ? JournalDriver.Dead : JournalDriver.Succeeded);
            }

            _time.Advance(TimeSpan.FromDays(1));
            await journal.DropOldAsync();
            _time.Advance(TimeSpan.FromHours(1.5));
            await journal.DropOldAsync();
        }

        var kept = (await journal.ReadLastAsync(new DeliveryQuery(), 100_000, Stop).ToListAsync(Stop)).Where(one => one.Delivery.ReceivedAt > _time.GetUtcNow() - Kept || one.Status == DeliveryStatus.Dead).ToList();
        var perDelivery = _folder.Segments.Sum(file => new FileInfo(file).Length) / (double)(await journal.ReadLastAsync(new DeliveryQuery(), 100_000, Stop).ToListAsync(Stop)).Count;
        var ratio = journal.Health.LogBytes / (perDelivery * kept.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kept.Count} deliveries, {perDelivery:F0} bytes each, {ratio:F2} of what is kept");
        Assert.Equal(3, kept.Count(one => one.Status == DeliveryStatus.Dead));
        Assert.InRange(ratio, 1.0, 1.3);
    }
}
