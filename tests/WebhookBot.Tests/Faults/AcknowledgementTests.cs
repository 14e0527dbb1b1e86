using System.Diagnostics;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>How long senders wait for their answer when each flush to disk takes its time. GitHub gives up after ten seconds.</summary>
[Collection(nameof(Alone))]
public sealed class AcknowledgementTests(ITestOutputHelper output) : IDisposable
{
    private const int ASecond = 500;

    private static readonly TimeSpan For = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Answers_five_hundred_a_second_long_before_a_sender_gives_up_on_a_disk_that_takes_its_time(int flushMilliseconds)
    {
        await using var target = await StandIn.StartAsync();
        await using var bot = await BotProcess.StartAsync(
            FaultBot.Options(_folder, FaultBot.Rules(target.Step)) with { FlushDelay = TimeSpan.FromMilliseconds(flushMilliseconds) });
        await using (var warming = Load.Start(bot.Address, connections: 32, aSecond: ASecond, filler: 6000))
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        }

        var watch = Stopwatch.StartNew();
        var load = Load.Start(bot.Address, connections: 32, aSecond: ASecond, filler: 6000);
        await using (load)
        {
            await Task.Delay(For, TestContext.Current.CancellationToken);
        }

        var times = load.Times.Order().ToList();
        output.WriteLine(
            $"flushes of {flushMilliseconds} ms, {times.Count / watch.Elapsed.TotalSeconds:F0} answers a second of 6 KB, everything worked off beside it: "
            + $"p50 {times[times.Count / 2].TotalMilliseconds:F1} ms, p99 {times[times.Count * 99 / 100].TotalMilliseconds:F1} ms, slowest {times[^1].TotalMilliseconds:F1} ms; {string.Join(", ", load.Statuses.Select(s => $"{s.Key}: {s.Value}"))}");
        Assert.Equal(0, load.Failures);
        Assert.All(load.Statuses.Keys, status => Assert.True(status is 202 or 503, $"{status}"));
        Assert.True(times[^1] < Never, $"{times[^1]}");
    }
}
