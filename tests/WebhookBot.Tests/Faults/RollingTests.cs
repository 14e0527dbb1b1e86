using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>Two bots behind a balancer are restarted in turn under load: whoever sends notices nothing.</summary>
public sealed class RollingTests(ITestOutputHelper output)
{
    private const int Restarts = 4;

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(25);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rolling_restarts_under_load_refuse_nothing_lose_nothing_and_repeat_nothing()
    {
        await using var target = await StandIn.StartAsync();
        using var folders = new Folders();
        var bots = new[] { await BotProcess.StartAsync(FaultBot.Options(folders.First, FaultBot.Rules(target.Step))), await BotProcess.StartAsync(FaultBot.Options(folders.Second, FaultBot.Rules(target.Step))) };
        try
        {
            using var balancer = new Balancer(bots.Select(b => b.Address));
            using var ending = new CancellationTokenSource();
            var sending = Task.WhenAll(Enumerable.Range(0, 4).Select(i => SendAsync(balancer, i, ending.Token)));
            var watch = Stopwatch.StartNew();
            var slowest = TimeSpan.Zero;
            for (var i = 0; i < Restarts; i++)
            {
                var which = i % 2;
                var stopping = Stopwatch.StartNew();
                Assert.Equal(0, await bots[which].StopAsync(Within));
                slowest = stopping.Elapsed > slowest ? stopping.Elapsed : slowest;
                await bots[which].DisposeAsync();
                bots[which] = await BotProcess.StartAsync(FaultBot.Options(which == 0 ? folders.First : folders.Second, FaultBot.Rules(target.Step), bots[which].Address));
            }

            await ending.CancelAsync();
            var acknowledged = (await sending).SelectMany(ids => ids).ToList();
            foreach (var bot in bots)
            {
                await bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
            }

            var effects = target.CountById();
            output.WriteLine($"{Restarts} restarts in {watch.Elapsed.TotalSeconds:F0} s, the slowest stop took {slowest.TotalSeconds:F2} s; {acknowledged.Count} sent, {balancer.Repeated.Count} sent again to the other, {effects.Count(e => e.Value > 1)} done twice");
            Assert.Equal([], balancer.Refusals);
            Assert.Equal([], acknowledged.Except(effects.Keys));

            // What got no answer was sent to the other bot, which cannot know that the first one has it.
            Assert.Equal([], effects.Where(e => e.Value > 1).Select(e => e.Key).Except(balancer.Repeated));
        }
        finally
        {
            await Task.WhenAll(bots.Select(b => b.DisposeAsync().AsTask()));
        }
    }

    private static async Task<List<string>> SendAsync(Balancer balancer, int sender, CancellationToken ending)
    {
        var acknowledged = new List<string>();
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            var id = $"rolling-{sender}-{number}";
            await balancer.SendAsync(id);
            acknowledged.Add(id);
            await Task.Delay(20, Stop);
        }

        return acknowledged;
    }

    /// <summary>Sends to one after the other, and to the next one when one is not there.</summary>
    private sealed class Balancer(IEnumerable<Uri> addresses) : IDisposable
    {
        private readonly HttpClient[] _clients = [.. addresses.Select(a => new HttpClient { BaseAddress = a, Timeout = TimeSpan.FromSeconds(30) })];
        private int _next;

        /// <summary>What was sent again because its connection ended after it was there.</summary>
        public ConcurrentQueue<string> Repeated { get; } = new();

        public ConcurrentQueue<HttpStatusCode> Refusals { get; } = new();

        public async Task SendAsync(string id)
        {
            var started = Stopwatch.GetTimestamp();
            while (true)
            {
                try
                {
                    using var answer = await _clients[(uint)Interlocked.Increment(ref _next) % _clients.Length].SendAsync(FaultBot.Push(id), Stop);
                    if (!answer.IsSuccessStatusCode)
                    {
                        Refusals.Enqueue(answer.StatusCode);
                    }

                    return;
                }
                catch (HttpRequestException e) when (Stopwatch.GetElapsedTime(started) < Within)
                {
                    if (e.HttpRequestError != HttpRequestError.ConnectionError)
                    {
                        Repeated.Enqueue(id);
                    }
                }
            }
        }

        public void Dispose() => Array.ForEach(_clients, c => c.Dispose());
    }

    private sealed class Folders : IDisposable
    {
        public TemporaryFolder First { get; } = new();

        public TemporaryFolder Second { get; } = new();

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
