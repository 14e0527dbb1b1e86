using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookBot.Facts;
using WebhookBot.Rules;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>Deliveries of other subjects take as long beside ones that go wrong as without them.</summary>
[Collection(nameof(Alone))]
public sealed class NeighbourTests(ITestOutputHelper output)
{
    private const int Poisoned = 100;
    private const int Workers = 32;
    private const int Rounds = 3;
    private const int EachRound = 150;

    private static readonly TimeSpan Noise = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _called = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_done_as_quickly_beside_deliveries_that_cannot_be_decided_fail_or_hang()
    {
        await using var target = await StandIn.StartAsync();
        target.Answer = async (effect, stop) =>
        {
            if (effect.Subject == "hanging")
            {
                await Task.Delay(Timeout.Infinite, stop);
            }

            Called(effect.Id).TrySetResult();
            return effect.Subject == "failing" ? 500 : 200;
        };
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Actions:BaseDelay"] = settings["Actions:MaxDelay"] = "00:00:01";
        settings["Actions:BreakAfter"] = "0";
        settings["Actions:DrainTimeout"] = "00:00:01";
        await using var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step).Replace(
            "if: {", "if: { facts.changed_files: { any: \"docs/**\" },", StringComparison.Ordinal), settings, replace: services =>
        {
            services.RemoveAll<IFactProvider>();
            services.AddSingleton<IFactProvider, ThrowingFact>();
        });
        await RoundAsync(bot, "warming-up");
        var alone = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            alone.AddRange(await RoundAsync(bot, $"alone-{round}"));
        }

        for (var i = 0; i < Poisoned; i++)
        {
            await bot.Client.SendAsync($"cannot-be-decided-{i}", ThrowingFact.Number, $"undecided-{i}");
            await bot.Client.SendAsync($"fails-and-fails-{i}", 1, "failing");
            await bot.Client.SendAsync($"hangs-and-hangs-{i}", 1, "hanging");
        }

        var beside = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            beside.AddRange(await RoundAsync(bot, $"beside-{round}"));
        }

        Compare(alone, beside, $"{3 * Poisoned} that go wrong");
    }

    [Fact]
    public async Task Are_done_as_quickly_beside_suspects_that_hang_again()
    {
        await using var target = await StandIn.StartAsync();
        var hanging = 0;
        target.Answer = async (effect, stop) =>
        {
            if (effect.Id.StartsWith("hangs", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref hanging);
                await Task.Delay(Timeout.Infinite, stop);
            }

            Called(effect.Id).TrySetResult();
            return 200;
        };
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Actions:DrainTimeout"] = "00:00:00";
        settings["Actions:BreakAfter"] = "0";
        using var folder = new TemporaryFolder();
        var alone = new List<TimeSpan>();
        TemporaryFolder left;
        await using (var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step), settings, folder))
        {
            await RoundAsync(bot, "warming-up");
            for (var round = 0; round < Rounds; round++)
            {
                alone.AddRange(await RoundAsync(bot, $"alone-{round}"));
            }

            for (var i = 0; i < Workers; i++)
            {
                await bot.Client.SendAsync($"hangs-and-hangs-{i}");
            }

            await Poll.UntilAsync(() => Volatile.Read(ref hanging) == Workers);
            left = FaultBot.Killed(folder);
        }

        using (left)
        {
            await using var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step), settings, left);
            await Poll.UntilAsync(() => Volatile.Read(ref hanging) > Workers);
            await RoundAsync(bot, "warming-up-again");
            var beside = new List<TimeSpan>();
            for (var round = 0; round < Rounds; round++)
            {
                beside.AddRange(await RoundAsync(bot, $"beside-{round}"));
            }

            Compare(alone, beside, $"{Workers} suspects, of which one hangs");
        }
    }

    private void Compare(List<TimeSpan> alone, List<TimeSpan> beside, string what)
    {
        var (before, after) = (P99(alone), P99(beside));
        output.WriteLine(
            $"from sending to the effect, p99 of {alone.Count} each: {before.TotalMilliseconds:F1} ms alone, {after.TotalMilliseconds:F1} ms beside {what}, a ratio of {after / before:F2}; "
            + $"p50 {alone.Order().ElementAt(alone.Count / 2).TotalMilliseconds:F1} and {beside.Order().ElementAt(beside.Count / 2).TotalMilliseconds:F1} ms");
        Assert.True(after < (before * 5) + Noise, $"{after} beside, {before} alone");
    }

    private static TimeSpan P99(List<TimeSpan> times) => times.Order().ElementAt(times.Count * 99 / 100);

    private TaskCompletionSource Called(string id) => _called.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task<IReadOnlyCollection<TimeSpan>> RoundAsync(RunningBot bot, string name)
    {
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForAsync(0, EachRound, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop }, async (i, _) =>
        {
            var id = $"{name}-delivery-{i}";
            var watch = Stopwatch.StartNew();
            Assert.True(await bot.Client.SendAsync(id));
            await Called(id).Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
            times.Add(watch.Elapsed);
        });
        return times;
    }

    private sealed class ThrowingFact : IFactProvider
    {
        public const int Number = 666;

        public string Name => "changed_files";

        public bool AppliesTo(WebhookEvent e) => true;

        public Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation) =>
            e.Payload.GetProperty("number").GetInt32() == Number
                ? throw new InvalidOperationException("the fact broke")
                : Task.FromResult(FactValue.Unavailable("there is none"));
    }
}
