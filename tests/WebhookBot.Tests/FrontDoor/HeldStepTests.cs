using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Rules of several steps that wait: what comes in between once the first step was tried, and rules that change meanwhile.</summary>
public sealed class HeldStepTests
{
    private const string Asked = """
        vars: { ready: false }
        rules:
          nudge:
            on: github.pull_request.ready_for_review
            wait: 24h
            cancel_on: [github.pull_request.closed]
            still: { vars.ready: false }
            then: [ slack.post: { channel: "#dev", text: "{{number}}" } ]
        """;

    private const string Chain = """
        rules:
          nudge:
            on: github.pull_request.ready_for_review
            wait: 24h
            cancel_on: [github.pull_request.closed]
            still: { facts.changed_files: "docs/**" }
            then:
              - { slack.post: { channel: "#dev", text: "first" }, stop_on_failure: true, retry: { attempts: 5, base: 3s } }
              - slack.post: { channel: "#incidents", text: "second" }
        """;

    [Fact]
    public async Task A_condition_that_the_rules_cannot_read_any_more_ends_the_wait_and_is_not_asked_for_ever()
    {
        await using var world = await BotWorld.StartAsync(Asked);
        var id = await ReadyAsync(world);
        await world.Bot.FinishedAsync(id, "planned");

        await world.ChangeRulesAsync("rules: {}");
        world.Clock.Jump(TimeSpan.FromHours(25));
        var delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.StartsWith("cannot tell whether it still holds", Outcome(delivery, 0).Detail, StringComparison.Ordinal);
        Assert.Empty(world.Slack.Messages);
    }

    [Fact]
    public async Task What_must_still_hold_is_not_asked_again_once_the_first_step_is_done()
    {
        await using var world = await BotWorld.StartAsync(Chain);
        world.Shop.AddFile(42, "docs/a.md");
        world.Slack.Peer.Next(new PeerAnswer(500), 1, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var id = await ReadyAsync(world);
        await world.Bot.FinishedAsync(id, "planned");
        world.Clock.Jump(TimeSpan.FromHours(25));
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(id), d => Outcome(d, 0).Outcome == "retrying");

        world.Shop.FilesOf(42).Clear();
        world.Shop.AddFile(42, "src/a.cs");
        await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(["first", "second"], world.Slack.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task Nothing_is_called_off_once_the_first_step_was_tried()
    {
        await using var world = await BotWorld.StartAsync(Chain);
        world.Shop.AddFile(42, "docs/a.md");
        world.Slack.Peer.Next(new PeerAnswer(500), 1, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var id = await ReadyAsync(world);
        await world.Bot.FinishedAsync(id, "planned");
        world.Clock.Jump(TimeSpan.FromHours(25));
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(id), d => Outcome(d, 0).Outcome == "retrying" && Outcome(d, 1).Outcome == "waiting");

        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.closed"));
        await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(["first", "second"], world.Slack.Messages.Select(m => m.Text));
    }

    private static Task<string> ReadyAsync(BotWorld world) =>
        world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.ready_for_review", ("number", 42), ("pull_request.number", 42), ("pull_request.changed_files", 1)));

    private static (string? Outcome, string? Detail) Outcome(JsonElement delivery, int action) =>
        delivery.GetProperty("actions")[action].Attempts() is [.., var last] ? (last.GetProperty("outcome").GetString(), last.GetProperty("detail").GetString()) : default;
}
