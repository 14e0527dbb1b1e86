using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>SIGTERM: the bot ends by itself, soon, and nothing is lost or done twice.</summary>
public sealed class StopTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(25);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finishes_what_is_in_flight_and_loses_nothing_when_stopped_under_load()
    {
        await using var target = await StandIn.StartAsync();
        target.Answer = async (_, stop) =>
        {
            await Task.Delay(150, stop);
            return 200;
        };
        var options = FaultBot.Options(_folder, FaultBot.Rules(target.Step));
        var bot = await BotProcess.StartAsync(options);
        try
        {
            await using var load = Load.Start(bot.Address, aSecond: 150);
            await FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count > 100), Within, () => Task.FromResult(bot.Output));
            var stopping = Stopwatch.StartNew();
            var stopped = bot.StopAsync(Within);
            await FaultBot.UntilAsync(() => IsOutOfServiceAsync(bot), TimeSpan.FromSeconds(2), () => Task.FromResult(bot.Output));
            output.WriteLine($"out of service after {stopping.ElapsedMilliseconds} ms");
            Assert.Equal(0, await stopped);
            output.WriteLine($"ended after {stopping.ElapsedMilliseconds} ms; {load.Acknowledged.Count} acknowledged, {target.Effects.Count} effects");
            await load.StopAsync();
            await bot.DisposeAsync();
            bot = await BotProcess.StartAsync(options);
            await bot.Client.SettledAsync(TimeSpan.FromSeconds(60));
            var ids = (await bot.Client.ListAllAsync()).Select(d => d.GetProperty("id").GetString()!).ToList();
            Assert.Empty(load.Acknowledged.Except(ids));
            Assert.Equal(ids.Order(), target.CountById().Keys.Order());
            Assert.All(target.CountById(), effect => Assert.Equal(1, effect.Value));
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    [Fact]
    public async Task Waits_five_seconds_for_the_rest_of_a_body_and_not_for_ever()
    {
        var bot = await BotProcess.StartAsync(FaultBot.Options(_folder, FaultBot.Rules("http: { url: \"https://nowhere.example/\" }")));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(bot.Address.Host, bot.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                "POST /hooks/github HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(),
                TestContext.Current.CancellationToken);
            await FaultBot.UntilAsync(
                async () => Regex.IsMatch(await bot.Client.GetStringAsync("/metrics"), @"^webhookbot_intake_in_flight\S* 1\b", RegexOptions.Multiline), Within, () => Task.FromResult(bot.Output));
            var stopping = Stopwatch.StartNew();

            Assert.Equal(0, await bot.StopAsync(Within));

            output.WriteLine($"ended after {stopping.Elapsed.TotalSeconds:F1} s");
            Assert.DoesNotContain("Exception", bot.Output, StringComparison.Ordinal);
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ends_in_time_although_what_it_calls_does_not_answer()
    {
        await using var target = await StandIn.StartAsync();
        target.Answer = async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return 200;
        };

        // Each step waits for 10 s, so a delivery would take 50.
        var bot = await BotProcess.StartAsync(FaultBot.Options(_folder, FaultBot.Rules([.. Enumerable.Repeat(target.Step, 5)])));
        try
        {
            for (var i = 0; i < 40; i++)
            {
                await bot.Client.SendAsync($"hangs-for-a-while-{i}");
            }

            await FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count >= 32), Within, () => Task.FromResult(bot.Output));
            var stopping = Stopwatch.StartNew();
            Assert.Equal(0, await bot.StopAsync(Within));
            output.WriteLine($"ended after {stopping.Elapsed.TotalSeconds:F1} s");
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    private static async Task<bool> IsOutOfServiceAsync(BotProcess bot)
    {
        try
        {
            using var answer = await bot.Client.GetAsync("/readyz", TestContext.Current.CancellationToken);
            return (int)answer.StatusCode == 503;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
