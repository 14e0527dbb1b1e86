using System.Collections.Concurrent;
using System.Diagnostics;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>A bot that dies while it works, and one that sleeps for longer than its claims hold and wakes in the middle of its work.</summary>
public sealed class LeaseTests(ITestOutputHelper output) : IDisposable
{
    private const int Deliveries = 300;
    private const int Subjects = 40;
    private const int Pauses = 5;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    // When the target was done with each call: of what ended just now it is not known whether the bot wrote it down.
    private readonly ConcurrentDictionary<string, long> _answered = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_nothing_twice_and_takes_nothing_back_after_it_slept_longer_than_its_claims_hold()
    {
        await using var target = await StartTargetAsync();
        await using var bot = await StartAsync(target);
        await SendAsync(bot);
        var (ranks, inFlight) = (new Dictionary<string, int>(), new HashSet<string>());
        for (var pause = 1; pause <= Pauses; pause++)
        {
            await UntilEffectsAsync(target, Deliveries * pause / (Pauses + 1));
            await LookAsync(bot, ranks);
            bot.Pause();
            var paused = Stopwatch.GetTimestamp();
            await Task.Delay(Lease * 2, Stop);
            inFlight.UnionWith(InFlight(target, paused));
            bot.Resume();
            await LookAsync(bot, ranks);
        }

        for (var isSettled = false; !isSettled;)
        {
            isSettled = await LookAsync(bot, ranks);
        }

        await bot.Client.SettledAsync(Patience);
        var again = target.CountById().Where(effect => effect.Value > 1).ToList();
        output.WriteLine($"{Pauses} pauses of {Lease.TotalSeconds * 2} s with claims of {Lease.TotalSeconds} s: {Deliveries} deliveries, {inFlight.Count} in flight at a pause, {again.Count} done again, 0 recorded twice, 0 taken back");
        Assert.Equal([], again.Select(effect => effect.Key).Except(inFlight));
        Assert.All(again, effect => Assert.InRange(effect.Value, 2, 1 + Pauses));
        Assert.Equal(Deliveries, target.CountById().Count);
        await AssertRecordedOnceAsync(bot);
    }

    [Fact]
    public async Task Takes_over_at_the_next_start_what_a_killed_one_was_working_on()
    {
        await using var target = await StartTargetAsync();
        var bot = await StartAsync(target);
        try
        {
            await SendAsync(bot);
            await UntilEffectsAsync(target, Deliveries / 4);
            var watch = Stopwatch.StartNew();
            var killed = Stopwatch.GetTimestamp();
            await bot.KillAsync();

            // What it had sent arrives.
            await Task.Delay(TimeSpan.FromSeconds(0.5), Stop);
            var inFlight = InFlight(target, killed);
            var before = target.Effects.Count;
            await bot.DisposeAsync();
            bot = await StartAsync(target, bot.Address);
            var ready = watch.Elapsed;
            await UntilEffectsAsync(target, before + 1);
            var first = watch.Elapsed;
            await bot.Client.SettledAsync(Patience);
            var again = target.CountById().Where(effect => effect.Value > 1).Select(effect => effect.Key).ToList();
            output.WriteLine($"killed with {inFlight.Count} in flight: ready after {ready.TotalSeconds:F1} s, the next call after {first.TotalSeconds:F1} s, {again.Count} done again");
            Assert.True(first < TimeSpan.FromSeconds(45), $"{first}");
            Assert.Equal([], again.Except(inFlight));
            Assert.Equal(Deliveries, target.CountById().Count);
            await AssertRecordedOnceAsync(bot);
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    private static string Id(int i) => $"leased-delivery-{i:D4}";

    private async Task<StandIn> StartTargetAsync()
    {
        var target = await StandIn.StartAsync();
        target.Answer = async (effect, _) =>
        {
            await Task.Delay(400, Stop);
            _answered[effect.Id] = Stopwatch.GetTimestamp();
            return 200;
        };
        return target;
    }

    private Task<BotProcess> StartAsync(StandIn target, Uri? address = null)
    {
        var options = FaultBot.Options(_folder, FaultBot.Rules(target.Step), address);
        return BotProcess.StartAsync(options with { Settings = new Dictionary<string, string>(FaultBot.Settings) { ["Journal:Lease"] = Lease.ToString("c") } });
    }

    private static Task SendAsync(BotProcess bot) =>
        Parallel.ForAsync(0, Deliveries, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Stop }, async (i, _) =>
            Assert.True(await bot.Client.SendAsync(Id(i), i, $"branch-{i % Subjects}")));

    private static Task UntilEffectsAsync(StandIn target, int count) =>
        FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count >= count), Patience, () => Task.FromResult($"{target.Effects.Count} of {count} effects"));

    // What was called by then and was not answered, or less than half a second before.
    private HashSet<string> InFlight(StandIn target, long then) =>
        [.. target.Effects.Select(effect => effect.Id).Where(id => !_answered.TryGetValue(id, out var at) || at > then - (Stopwatch.Frequency / 2))];

    // True when all are done. What a list shows never goes back.
    private static async Task<bool> LookAsync(BotProcess bot, Dictionary<string, int> ranks)
    {
        var listed = await bot.Client.ListAllAsync();
        foreach (var delivery in listed)
        {
            var (id, status) = (delivery.GetProperty("id").GetString()!, delivery.GetProperty("status").GetString()!);
            var rank = Array.IndexOf(["received", "planned", "done"], status);
            Assert.True(rank >= ranks.GetValueOrDefault(id), $"{id} became {status}");
            ranks[id] = rank;
        }

        return listed.Count == Deliveries && ranks.Values.All(rank => rank == 2);
    }

    private static async Task AssertRecordedOnceAsync(BotProcess bot)
    {
        for (var i = 0; i < Deliveries; i++)
        {
            var whole = await bot.Client.FindAsync(Id(i));
            Assert.Equal("done", whole.GetProperty("status").GetString());
            var attempts = Assert.Single(whole.GetProperty("actions").EnumerateArray()).GetProperty("attempts").EnumerateArray();
            Assert.Single(attempts, attempt => attempt.GetProperty("outcome").GetString() == "succeeded");
        }
    }
}
