using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>What the console tells of an action after its delivery was told.</summary>
public sealed class ConsoleTests
{
    private const string Rules = """
        rules:
          nudge:
            on: github.pull_request.ready_for_review
            wait: 24h
            cancel_on: [github.pull_request.closed]
            then: [slack.post: { channel: "#dev", text: "{{number}} waits" }]
        """;

    [Fact]
    public async Task Tells_that_a_wait_ended_and_that_another_was_called_off()
    {
        var (clock, log) = (new JumpingClock(), new CollectedLog());
        await using var bot = await RunningBot.StartAsync(Rules, replace: services =>
            services.AddSingleton<TimeProvider>(clock).AddLogging(logging => logging.AddProvider(log)));
        var first = await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.ready_for_review"));
        var second = await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.ready_for_review", ("number", 43), ("pull_request.number", 43)));
        await bot.FinishedAsync(first, "planned");
        await bot.FinishedAsync(second, "planned");

        var closed = await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.closed"));
        await bot.FinishedAsync(first, "done");
        clock.Jump(TimeSpan.FromHours(25));
        await bot.FinishedAsync(second, "done");

        await TellsAsync(log, $"github.pull_request.ready_for_review {first} → nudge: slack.post: skipped, called off by github.pull_request.closed (delivery {closed})");
        await TellsAsync(log, $"github.pull_request.ready_for_review {second} → nudge: slack.post: shadow, would have run");
    }

    private static Task TellsAsync(CollectedLog log, string line) =>
        Poll.UntilAsync(() => log.Lines.Any(l => l.Contains(line, StringComparison.Ordinal)), () => string.Join('\n', log.Lines));
}
