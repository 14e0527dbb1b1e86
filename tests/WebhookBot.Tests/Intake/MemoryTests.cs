using System.Globalization;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake;

/// <summary>What the process takes while it is sent more than it will read.</summary>
public sealed class MemoryTests
{
    [Fact]
    public async Task Stays_small_while_thirty_two_senders_send_too_much_at_once()
    {
        using var folder = new TemporaryFolder();
        await using var bot = await StartAsync(folder);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(413, (await SendTooMuchAsync(bot)).Status);
        }

        var (answers, growth) = await WatchAsync(bot, () => Task.WhenAll(Enumerable.Range(0, 32).Select(_ => SendTooMuchAsync(bot))));

        Assert.All(answers, answer => Assert.True(answer.Status is 413 or 503, answer.Text));
        Assert.Contains(answers, answer => answer.Status == 413);
        Assert.True(growth < 64, $"private memory grew by {growth:0} MB");
    }

    [Fact]
    public async Task Stays_small_while_it_refuses_millions_of_empty_objects()
    {
        using var folder = new TemporaryFolder();
        await using var bot = await StartAsync(folder);
        byte[] body = [(byte)'[', .. Enumerable.Repeat("{},"u8.ToArray(), 7_300_000).SelectMany(x => x), .. "{}]"u8];
        Assert.Equal(400, (await SendAsync(bot, body)).Status);

        var (answers, growth) = await WatchAsync(bot, () => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(bot, body))));

        Assert.All(answers, answer => Assert.Contains("more than 1,000,000 JSON tokens", answer.Text, StringComparison.Ordinal));
        Assert.True(growth < 128, $"private memory grew by {growth:0} MB");
    }

    private static Task<BotProcess> StartAsync(TemporaryFolder folder)
    {
        folder.Write("rules/sources.yml", RunningBot.Sources);
        return BotProcess.StartAsync(new BotOptions
        {
            Rules = Path.Combine(folder.Path, "rules"),
            Data = Path.Combine(folder.Path, "data"),

            // Collects often, so that what is measured is what is held and not what the collector has put off.
            Settings = new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "800000", ["GITHUB_WEBHOOK_SECRET"] = RunningBot.GitHubSecret, ["ALERTMANAGER_TOKEN"] = RunningBot.AlertmanagerToken },
        });
    }

    private static Task<RawAnswer> SendTooMuchAsync(BotProcess bot) => RawHttp.SendAsync(
        bot.Address, RawHttp.BeginChunked("/hooks/github", "Content-Type: application/json"), stream => RawHttp.WriteChunksAsync(stream, 26L << 20));

    private static Task<RawAnswer> SendAsync(BotProcess bot, byte[] body) =>
        RawHttp.SendAsync(bot.Address, RawHttp.Post("/hooks/github", body, RawHttp.GitHubHeaders(body)));

    /// <summary>What it gave, and by how many megabytes the process's private memory was larger at most.</summary>
    private static async Task<(T Answer, double Growth)> WatchAsync<T>(BotProcess bot, Func<Task<T>> work)
    {
        var before = PrivateMegabytes(bot.Id);
        var most = before;
        var working = work();
        while (await Task.WhenAny(working, Task.Delay(20, TestContext.Current.CancellationToken)) != working)
        {
            most = Math.Max(most, PrivateMegabytes(bot.Id));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"private memory: {before:0} MB before, {most:0} MB at most");
        return (await working, most - before);
    }

    private static double PrivateMegabytes(int process)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
