using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookBot.Facts;
using WebhookBot.Rules;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Faults;

/// <summary>What goes wrong inside the bot stays with the delivery that it went wrong for.</summary>
[Collection(nameof(Alone))]
public sealed class PoisonTests
{
    private const string Rules = """
        rules:
          ask:
            on: github.push
            if: { facts.changed_files: { any: "docs/**" } }
            then:
              - http: { url: "https://nowhere.example/" }
          tell:
            on: bot.dead_letter
            if: { payload.delivery: poisonous-delivery, payload.rule: "" }
            then:
              - http: { url: "https://nowhere.example/{{payload.delivery}}", body: "{{payload.detail}}" }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Puts_a_delivery_off_and_gives_it_up_when_deciding_throws_and_others_go_on()
    {
        var clock = new MovableClock();
        await using var bot = await RunningBot.StartAsync(Rules, replace: services =>
        {
            services.RemoveAll<IFactProvider>();
            services.AddSingleton<IFactProvider, ThrowingFact>();
            services.RemoveAll<TimeProvider>();
            services.AddSingleton<TimeProvider>(clock);
        });
        Assert.True(await bot.Client.SendAsync("poisonous-delivery", 666, "main"));
        var behind = 0;
        for (var started = Stopwatch.GetTimestamp(); (await bot.GetDeliveryAsync("poisonous-delivery")).GetProperty("status").GetString() != "dead"; clock.Move(TimeSpan.FromMinutes(5)))
        {
            // It is put off, and one of another subject is worked off meanwhile.
            await bot.Client.SendAsync($"harmless-delivery-{behind}", 1, $"other-{behind}");
            await bot.FinishedAsync($"harmless-delivery-{behind++}", "ignored");
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "it was never given up");
        }

        var poison = await bot.GetDeliveryAsync("poisonous-delivery");
        Assert.Contains("InvalidOperationException: the fact broke", poison.GetProperty("problem").GetString(), StringComparison.Ordinal);

        // The rules are told of it.
        await Poll.UntilAsync(async () =>
            (await bot.Client.GetFromJsonAsync<System.Text.Json.JsonElement>("/api/deliveries?event=bot.dead_letter&rule=tell", Stop)).GetProperty("items").GetArrayLength(), told => told == 1);

        // Its subject goes on as well.
        await bot.Client.SendAsync("next-of-its-subject", 1, "main");
        await bot.FinishedAsync("next-of-its-subject", "ignored");
    }

    [Fact]
    public async Task Spends_no_time_while_it_waits_for_a_retry_or_for_a_busy_sweep()
    {
        await using var target = await StandIn.StartAsync();
        target.Answer = async (effect, stop) =>
        {
            if (effect.Subject == "hangs" && target.CountById().GetValueOrDefault(effect.Id) > 1)
            {
                await Task.Delay(Timeout.Infinite, stop);
            }

            return 503;
        };
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Actions:BaseDelay"] = "00:00:00.5";
        settings["Actions:BreakAfter"] = "0";
        settings["Actions:MaxDelay"] = "00:00:00.5";
        await using var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step), settings);
        for (var i = 0; i < 40; i++)
        {
            await bot.Client.SendAsync($"hangs-for-a-while-{i}", i, "hangs");
        }

        // The sweep holds some that hang, and the others fall due while nobody takes them.
        await FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count >= 41), TimeSpan.FromSeconds(30), () => Task.FromResult($"{target.Effects.Count}"));
        var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        process.Refresh();
        var used = process.TotalProcessorTime - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{used.TotalMilliseconds:F0} ms of processor in 2 s");
        Assert.True(used < TimeSpan.FromSeconds(1), $"{used} of processor in 2 s");
    }

    private sealed class ThrowingFact : IFactProvider
    {
        public string Name => "changed_files";

        public bool AppliesTo(WebhookEvent e) => true;

        public Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation) =>
            e.Payload.GetProperty("number").GetInt32() == 666
                ? throw new InvalidOperationException("the fact broke")
                : Task.FromResult(FactValue.Unavailable("there is none"));
    }

    /// <summary>The real clock, set forward by hand.</summary>
    private sealed class MovableClock : TimeProvider
    {
        private long _ahead;

        public void Move(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
    }
}
