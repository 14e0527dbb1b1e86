using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>Deliveries of one subject are worked off in the order of their arrival.</summary>
public sealed class OrderTests(ITestOutputHelper output) : IDisposable
{
    private const int Subjects = 30;
    private const int Each = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keeps_the_order_within_each_subject_across_a_kill_while_one_subject_keeps_failing()
    {
        const string Failing = "branch-7";
        await using var target = await StandIn.StartAsync();
        target.Answer = async (effect, stop) =>
        {
            await Task.Delay(effect.Number % 5, stop);
            return effect.Subject == Failing ? 500 : 200;
        };

        // All call one host: when five calls of the subject that fails happen to come in a row, everybody would wait for a probe that works.
        var options = FaultBot.Options(_folder, FaultBot.Rules(target.Step));
        options = options with { FlushDelay = TimeSpan.FromMilliseconds(3), Settings = new Dictionary<string, string>(options.Settings) { ["Actions:BreakAfter"] = "0" } };
        var bot = await BotProcess.StartAsync(options);
        options = options with { Address = bot.Address };
        using var client = new HttpClient { BaseAddress = bot.Address };
        try
        {
            var sending = Task.WhenAll(Enumerable.Range(0, Subjects).Select(s => SendInOrderAsync(client, s)));
            await FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count > Subjects * Each / 3), TimeSpan.FromSeconds(60), () => Task.FromResult(bot.Output));
            await bot.KillAsync();
            await bot.DisposeAsync();
            bot = await BotProcess.StartAsync(options);
            await sending;
            await FaultBot.UntilAsync(
                () => Task.FromResult(target.CountById().Count == Subjects * Each),
                TimeSpan.FromSeconds(60),
                async () => $"{target.CountById().Count} of {Subjects * Each}: {await client.ReadinessAsync()}");
        }
        finally
        {
            await bot.DisposeAsync();
        }

        var again = target.Effects.Count - Subjects * Each;
        output.WriteLine($"{again} calls seen again, among them the retries of {Failing}");
        foreach (var subject in target.Effects.GroupBy(e => e.Subject))
        {
            // An effect that is seen again after the kill or as a retry does not count; its first time does.
            Assert.Equal(Enumerable.Range(0, Each), subject.Select(e => e.Number).Distinct());
        }

        foreach (var subject in target.Effects.Where(e => e.Subject != Failing).GroupBy(e => e.Subject))
        {
            var numbers = subject.Select(e => e.Number).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    private static async Task SendInOrderAsync(HttpClient client, int subject)
    {
        for (var number = 0; number < Each; number++)
        {
            await client.SendAsync($"s{subject}-{number}-{Guid.NewGuid():N}", number, $"branch-{subject}");
        }
    }
}
