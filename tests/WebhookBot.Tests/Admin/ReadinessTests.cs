using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WebhookBot.Cli;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Admin;

/// <summary>What <c>/readyz</c> says is amiss, in words that a program may rely on.</summary>
public sealed class ReadinessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_nothing_is_amiss_while_all_is_well()
    {
        await using var bot = await RunningBot.StartAsync();

        Assert.Equal((HttpStatusCode.OK, ""), await AskAsync(bot));
    }

    [Fact]
    public async Task Says_that_it_drains_from_the_first_moment_of_the_stop()
    {
        await using var bot = await RunningBot.StartAsync();
        var lifetime = bot.Services.GetRequiredService<IHostApplicationLifetime>();
        (HttpStatusCode, string)? answer = null;

        // What is registered last is called first, before the server hears of the stop.
        using var first = lifetime.ApplicationStopping.Register(() => answer = AskAsync(bot).GetAwaiter().GetResult());
        await bot.StopAsync();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), answer);
    }

    [Fact]
    public async Task Says_that_the_index_lags_and_stays_alive()
    {
        // No setting has it lag at all times.
        using var folder = new TemporaryFolder();
        var options = new JournalOptions { Path = Path.Combine(folder.Path, "lagging", "journal.db"), MaxIndexLag = -1 };
        await using var bot = await RunningBot.StartAsync(folder: folder, replace: services => services.AddSingleton<IJournal>(LiteDbJournal.Open(options, TimeProvider.System)));

        await Poll.UntilAsync(() => AskAsync(bot), answer => answer.Codes == "lag");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "lag"), await AskAsync(bot));
        using var alive = await bot.Client.GetAsync("/healthz", Stop);
        foreach (var path in (string[])["/healthz", "/readyz"])
        {
            using var head = await bot.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Stop);
            using var whole = await bot.Client.GetAsync(path, Stop);
            Assert.Equal(whole.StatusCode, head.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Says_that_the_rules_are_wrong_and_stays_in_service()
    {
        await using var bot = await RunningBot.StartAsync(settings: [new("Rules:WatchEvery", "00:00:00.100")]);
        bot.Folder.Write("rules/rules.yml", "rules: [");

        var answer = await Poll.UntilAsync(() => AskAsync(bot), a => a.Codes.Length > 0);

        Assert.Equal((HttpStatusCode.OK, "rules"), answer);
        Assert.Equal(202, (int)(await bot.PostGitHubAsync("push", "{}")).StatusCode);
    }

    [Fact]
    public async Task The_start_says_what_was_found()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await RunningBot.StartAsync(
            """
            rules:
              later:
                on: github.push
                wait: 1h
                then: [ slack.post: { channel: "#dev", text: "later" } ]
            """,
            folder: folder))
        {
            await first.FinishedAsync(await first.SendGitHubAsync("push", "{}"), "planned");
            await first.StopAsync();
        }

        await using var bot = await RunningBot.StartAsync(folder: folder, replace: FormattedLog.AddTo);

        Assert.Contains(
            FormattedLog.Of(bot).Lines(JsonLogFormatter.FormatterName), line => line.Contains("Goes on where it stopped: 1 deliveries unfinished", StringComparison.Ordinal));
    }

    private static async Task<(HttpStatusCode Status, string Codes)> AskAsync(RunningBot bot)
    {
        using var answer = await bot.Client.GetAsync("/readyz", CancellationToken.None).ConfigureAwait(false);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None).ConfigureAwait(false);
        return (answer.StatusCode, string.Join(' ', said.GetProperty("codes").EnumerateArray().Select(c => c.GetString())));
    }
}
