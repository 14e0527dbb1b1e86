using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>However often a delivery comes, it is worked off once.</summary>
public sealed class DuplicateTests(ITestOutputHelper output) : IDisposable
{
    private const int Ids = 100;
    private const int Copies = 100;
    private const int Connections = 32;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Works_each_of_a_hundred_deliveries_off_once_when_each_comes_a_hundred_times()
    {
        await using var target = await StandIn.StartAsync();
        var order = Enumerable.Range(0, Ids * Copies).Select(i => $"the-same-delivery-{i % Ids}").ToArray();
        new Random(11).Shuffle(order);
        await using (var bot = await StartAsync(target))
        {
            var taken = await SendAllAsync(bot, order);
            Assert.Equal(Ids, taken);
            await AssertCountsAsync(bot, target, Ids * (Copies - 1));
            await bot.StopAsync();
        }

        await using var restarted = await StartAsync(target);
        Assert.Equal(0, await SendAllAsync(restarted, [.. Enumerable.Range(0, Ids).Select(i => $"the-same-delivery-{i}")]));
        await AssertCountsAsync(restarted, target, Ids * Copies);
    }

    [Fact]
    public async Task Counts_and_answers_copies_that_come_at_the_very_same_time()
    {
        const int Rounds = 20;
        await using var target = await StandIn.StartAsync();
        await using var bot = await StartAsync(target);
        for (var round = 0; round < Rounds; round++)
        {
            Assert.Equal(1, await SendAllAsync(bot, [.. Enumerable.Repeat($"at-the-very-same-time-{round}", Connections)]));
        }

        await bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        var listed = await bot.Client.ListAllAsync();
        Assert.Equal(Rounds, listed.Count);
        Assert.All(listed, d => Assert.Equal(Connections - 1, d.GetProperty("duplicates").GetInt32()));
        Assert.Equal(Rounds, target.Effects.Count);
    }

    private static async Task AssertCountsAsync(RunningBot bot, StandIn target, int duplicates)
    {
        await bot.Client.SettledAsync(TimeSpan.FromSeconds(60));
        var listed = await bot.Client.ListAllAsync();
        Assert.Equal(Ids, listed.Count);
        Assert.Equal(duplicates, listed.Sum(d => d.GetProperty("duplicates").GetInt32()));
        Assert.Equal(Ids, target.Effects.Count);
        Assert.Equal(Ids, target.Effects.Select(e => e.Key).Distinct().Count());
    }

    /// <summary>Each connection takes the next one; how many were answered as new.</summary>
    private async Task<int> SendAllAsync(RunningBot bot, string[] ids)
    {
        var next = -1;
        var taken = 0;
        var times = new ConcurrentBag<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < ids.Length;)
            {
                using var request = FaultBot.Push(ids[i]);
                var started = Stopwatch.GetTimestamp();
                using var answer = await bot.Client.SendAsync(request, Stop);
                times.Add(Stopwatch.GetElapsedTime(started));
                Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{answer.StatusCode}");
                var said = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
                Assert.Equal(ids[i], said.GetProperty("id").GetString());
                Interlocked.Add(ref taken, answer.StatusCode == HttpStatusCode.Accepted ? 1 : 0);
            }
        }));
        output.WriteLine($"{ids.Length} requests over {Connections} connections, {taken} of them new: p99 {times.Order().ElementAt(ids.Length * 99 / 100).TotalMilliseconds:F1} ms");
        return taken;
    }

    private Task<RunningBot> StartAsync(StandIn target) =>
        RunningBot.StartAsync(FaultBot.Rules(target.Step), FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value), _folder);
}
