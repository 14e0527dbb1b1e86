using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookBot.Facts;
using WebhookBot.Rules;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>A delivery whose deciding takes the process down is parked; what waited for its turn beside it is not.</summary>
public sealed class SuspectTests : IDisposable
{
    private const int DeadlyNumber = 666;

    private const string Rules = """
        rules:
          ask:
            on: github.push
            if: { facts.changed_files: { any: "docs/**" } }
            then:
              - http: { url: "https://nowhere.example/" }
        """;

    private static readonly string[] Innocent = [.. Enumerable.Range(0, 4).Select(i => $"innocent-delivery-{i}")];

    private readonly List<TemporaryFolder> _folders = [new TemporaryFolder()];

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    [Fact]
    public async Task Only_the_delivery_that_was_being_decided_at_the_last_ends_is_parked()
    {
        await using (var bot = await StartAsync(_ => true))
        {
            await bot.Client.SendAsync("deadly-to-be-decided", DeadlyNumber);
            foreach (var id in Innocent)
            {
                await bot.Client.SendAsync(id);
            }

            await FaultBot.UntilAsync(() => Task.FromResult(HangingFact.Asked >= 5), TimeSpan.FromSeconds(20), () => Task.FromResult($"{HangingFact.Asked}"));
            Kill();
        }

        for (var end = 2; end <= 3; end++)
        {
            // The others are asked about, too.
            var hung = HangingFact.Hung;
            await using var bot = await StartAsync(number => number == DeadlyNumber);
            await FaultBot.UntilAsync(() => Task.FromResult(HangingFact.Hung > hung), TimeSpan.FromSeconds(20), () => Task.FromResult($"{HangingFact.Hung}"));
            Kill();
        }

        await using var last = await StartAsync(_ => false);
        Assert.Equal("dead", (await last.FinishedAsync("deadly-to-be-decided")).GetProperty("status").GetString());
        foreach (var id in Innocent)
        {
            Assert.Equal("ignored", (await last.FinishedAsync(id)).GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Others_are_worked_off_while_a_suspect_hangs_although_there_is_one_worker()
    {
        await using (var bot = await StartAsync(number => number == DeadlyNumber, parallel: 1))
        {
            await bot.Client.SendAsync("hangs-when-decided", DeadlyNumber);
            await HangsAsync(0);
            Kill();
        }

        var asked = HangingFact.Asked;
        await using var restarted = await StartAsync(number => number == DeadlyNumber, parallel: 1);
        await HangsAsync(asked);
        foreach (var id in Innocent)
        {
            await restarted.Client.SendAsync(id);
            Assert.Equal("ignored", (await restarted.FinishedAsync(id)).GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Others_are_worked_off_while_a_suspect_action_hangs_although_there_is_one_worker()
    {
        await using var target = await StandIn.StartAsync();
        var begun = 0;
        target.Answer = async (effect, stop) =>
        {
            if (effect.Id == "hangs-when-tried")
            {
                Interlocked.Increment(ref begun);
                await Task.Delay(Timeout.Infinite, stop);
            }

            return 200;
        };
        await using (var bot = await StartAsync(_ => false, parallel: 1, FaultBot.Rules(target.Step)))
        {
            await bot.Client.SendAsync("hangs-when-tried");
            await Poll.UntilAsync(() => Volatile.Read(ref begun) == 1);
            Kill();
        }

        await using var restarted = await StartAsync(_ => false, parallel: 1, FaultBot.Rules(target.Step));
        await Poll.UntilAsync(() => Volatile.Read(ref begun) == 2);
        foreach (var id in Innocent)
        {
            await restarted.Client.SendAsync(id);
            Assert.Equal("done", (await restarted.FinishedAsync(id)).GetProperty("status").GetString());
        }

        Assert.Equal(2, Volatile.Read(ref begun));
    }

    private static Task HangsAsync(int askedBefore) =>
        FaultBot.UntilAsync(() => Task.FromResult(HangingFact.Asked > askedBefore), TimeSpan.FromSeconds(20), () => Task.FromResult($"{HangingFact.Asked}"));

    private Task<RunningBot> StartAsync(Func<int, bool> hangs, int parallel = 32, string rules = Rules)
    {
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Pipeline:Parallel"] = $"{parallel}";
        settings["Actions:Timeout"] = settings["Http:Timeout"] = settings["Journal:Lease"] = "00:10:00";
        settings["Actions:DrainTimeout"] = "00:00:00";
        return RunningBot.StartAsync(rules, settings, _folders[^1], services =>
        {
            services.RemoveAll<IFactProvider>();
            services.AddSingleton<IFactProvider>(new HangingFact(hangs));
        });
    }

    private void Kill() => _folders.Add(FaultBot.Killed(_folders[^1]));

    private sealed class HangingFact(Func<int, bool> hangs) : IFactProvider
    {
        private static int s_asked;
        private static int s_hung;

        public static int Hung => Volatile.Read(ref s_hung);

        public static int Asked => Volatile.Read(ref s_asked);

        public string Name => "changed_files";

        public bool AppliesTo(WebhookEvent e) => true;

        public async Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation)
        {
            Interlocked.Increment(ref s_asked);
            if (hangs(e.Payload.GetProperty("number").GetInt32()))
            {
                Interlocked.Increment(ref s_hung);
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return FactValue.Unavailable("there is none");
        }
    }
}
