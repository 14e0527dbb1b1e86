using System.Diagnostics;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>An action that takes the process down is parked after three times, and costs what ran beside it nothing.</summary>
public sealed class DeadlyWorkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parks_an_action_during_which_the_process_ended_three_times_and_does_all_others()
    {
        await using var target = await StandIn.StartAsync();
        var deaths = 0;
        target.Answer = (effect, _) =>
        {
            if (effect.Subject == "deadly")
            {
                Interlocked.Increment(ref deaths);
                KillWhoeverUses(_folder.Path);
            }

            return Task.FromResult(200);
        };
        var options = FaultBot.Options(_folder, FaultBot.Rules(target.Step));
        var bot = await BotProcess.StartAsync(options);
        try
        {
            options = options with { Address = bot.Address };
            await bot.Client.SendAsync("the-deadly-delivery", 0, "deadly");
            var others = Enumerable.Range(0, 30).Select(i => $"harmless-delivery-{i}").ToList();
            foreach (var id in others)
            {
                try
                {
                    using var answer = await bot.Client.SendAsync(FaultBot.Push(id), Stop);
                }
                catch (HttpRequestException)
                {
                    // It is dying; the ones that were not taken are sent again below.
                }
            }

            for (var starts = 0; !await IsParkedAsync(bot); starts++)
            {
                Assert.True(starts < 5, $"{deaths} deaths, and it is not parked: {bot.Output}");
                await bot.DisposeAsync();
                bot = await StartAgainAsync(options);
            }

            foreach (var id in others)
            {
                await bot.Client.SendAsync(id);
            }

            await bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
            Assert.False(bot.HasExited, bot.Output);
            Assert.Equal(3, deaths);
            var deadly = await bot.Client.FindAsync("the-deadly-delivery");
            Assert.Equal("dead", deadly.GetProperty("status").GetString());
            var attempts = Assert.Single(deadly.GetProperty("actions").EnumerateArray()).GetProperty("attempts").EnumerateArray().Select(Detail).ToList();
            Assert.Equal(4, attempts.Count);
            Assert.All(attempts.Take(3), detail => Assert.StartsWith("the process ended in the middle of it", detail, StringComparison.Ordinal));
            Assert.Equal("the process ended 3 times in the middle of it, so it is not tried again", attempts[3]);
            foreach (var id in others)
            {
                Assert.Equal("done", (await bot.Client.FindAsync(id)).GetProperty("status").GetString());
            }
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    // It may be so early in its life that the test does not know its number yet.
    private static void KillWhoeverUses(string folder)
    {
        foreach (var process in Process.GetProcessesByName("dotnet").Where(one => File.Exists($"/proc/{one.Id}/cmdline") && File.ReadAllText($"/proc/{one.Id}/cmdline").Contains(folder, StringComparison.Ordinal)))
        {
            process.Kill();
        }
    }

    // False when the process has ended again.
    private static async Task<bool> IsParkedAsync(BotProcess bot)
    {
        var isParked = false;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    isParked = !bot.HasExited && (await bot.Client.FindAsync("the-deadly-delivery")).GetProperty("status").GetString() == "dead";
                }
                catch (HttpRequestException)
                {
                    // It is just ending.
                }

                return isParked || bot.HasExited;
            },
            isSo => isSo,
            () => bot.Output);
        return isParked;
    }

    // It may be dead again before it was seen to be ready.
    private static async Task<BotProcess> StartAgainAsync(BotOptions options)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await BotProcess.StartAsync(options);
            }
            catch (InvalidOperationException) when (tries < 3)
            {
            }
        }
    }

    private static string Detail(JsonElement attempt) => attempt.GetProperty("detail").GetString()!;
}
