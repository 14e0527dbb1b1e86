using System.Collections.Concurrent;
using System.Net.Http.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>GitHub cannot be asked for a while: deciding waits for it, and for nothing else.</summary>
public sealed class FactOutageTests
{
    private const string Docs = """
        rules:
          docs:
            on: github.pull_request.opened
            if: { facts.changed_files: { all: ["docs/**"] } }
            then: [ github.label: { add: documentation } ]
          other: { on: github.issues.opened, then: [ slack.post: { channel: "#dev", text: other } ] }
        """;

    [Fact]
    public async Task Waits_for_as_long_as_GitHub_asks_and_asks_nothing_meanwhile()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Docs);
        world.GitHub.Repository("acme/shop").AddFile(42, "docs/a.md");
        world.GitHub.Repository("acme/shop").AddFile(43, "docs/a.md");
        var (began, asked) = (world.Clock.GetUtcNow(), new ConcurrentQueue<TimeSpan>());
        var opens = began + TimeSpan.FromMinutes(20);
        world.GitHub.Peer.Next(new PeerAnswer(403, """{"message":"You have exceeded a secondary rate limit"}""").With("Retry-After", "300"), int.MaxValue, r =>
        {
            var isLimited = r.Path.EndsWith("/files", StringComparison.Ordinal) && world.Clock.GetUtcNow() < opens;
            if (isLimited)
            {
                asked.Enqueue(world.Clock.GetUtcNow() - began);
            }

            return isLimited;
        });

        var first = await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.changed_files", 1)));
        await Poll.UntilAsync(() => !asked.IsEmpty);
        var second = await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.changed_files", 1), ("number", 43), ("pull_request.number", 43)));
        await world.Bot.FinishedAsync(second, "retrying");
        for (var minute = 0; minute < 30; minute++)
        {
            // What is due by then is claimed before the clock goes on.
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.Bot.Client.GetFromJsonAsync<object>("/api/deliveries", TestContext.Current.CancellationToken);
            await Poll.UntilAsync(async () => await IsSettledAsync(world, first) && await IsSettledAsync(world, second), isSettled => isSettled);
        }

        await Poll.UntilAsync(async () =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(2));
            return (await world.Bot.GetDeliveryAsync(first)).GetProperty("status").GetString() + (await world.Bot.GetDeliveryAsync(second)).GetProperty("status").GetString();
        }, both => both == "donedone");
        Assert.Contains("documentation", world.GitHub.Repository("acme/shop").LabelsOf(42));
        Assert.Contains("documentation", world.GitHub.Repository("acme/shop").LabelsOf(43));
        var times = asked.Order().ToList();
        Assert.InRange(times.Count, 2, 5);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMinutes(5), string.Join(", ", times)));
    }

    [Fact]
    public async Task Decides_about_what_asks_GitHub_nothing_while_that_hangs()
    {
        await using var world = await BotWorld.StartAsync(Docs, ("Pipeline:Parallel", "12"));
        world.GitHub.Peer.Next(PeerAnswer.Hanging, int.MaxValue, r => r.Path.EndsWith("/files", StringComparison.Ordinal));
        for (var i = 0; i < 40; i++)
        {
            await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.number", 100 + i), ("number", 100 + i)));
        }

        var before = TimeProvider.System.GetTimestamp();
        await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened"), "done");

        // GitHub's own time limit is 30 s.
        Assert.InRange(TimeProvider.System.GetElapsedTime(before).TotalSeconds, 0, 20);
        Assert.Single(world.Slack.Messages);
    }

    // Put off to a time to come, or decided.
    private static async Task<bool> IsSettledAsync(SimulatedBot world, string id)
    {
        var delivery = await world.Bot.GetDeliveryAsync(id);
        return delivery.GetProperty("status").GetString() is "done" or "retrying" or "ignored" or "planned";
    }
}
