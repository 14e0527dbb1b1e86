using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Faults;

/// <summary>A mistake of the bot's own after it has decided: it is counted like any try that fails, and ends.</summary>
public sealed class InsideFaultTests
{
    [Fact]
    public async Task Ends_as_a_dead_letter_and_holds_nobody_up()
    {
        var gate = Substitute.For<IActionGate>();
        gate.AskAsync(Arg.Any<ActionLease>(), Arg.Any<CancellationToken>()).ThrowsAsync(new InvalidDataException("a record cannot be read"));
        await using var bot = await RunningBot.StartAsync(
            """
            rules:
              act:
                on: github.pull_request.opened
                wait: 1s
                then: [ slack.post: { channel: "#dev", text: "x" } ]
              other:
                on: github.pull_request.closed
                then: [ slack.post: { channel: "#dev", text: "y" } ]
            """,
            [new("Actions:MaxAttempts", "3"), new("Actions:BaseDelay", "00:00:00.050")],
            replace: services => services.AddSingleton(gate));
        var id = await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened"));

        var dead = await bot.FinishedAsync(id, "dead");

        var attempts = dead.Action("act").Attempts();
        Assert.Equal(3, attempts.Count);
        Assert.StartsWith("gave up after 3 attempts: failed inside the bot (InvalidDataException)", attempts[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        await bot.FinishedAsync(await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.closed")), "done");
    }
}
