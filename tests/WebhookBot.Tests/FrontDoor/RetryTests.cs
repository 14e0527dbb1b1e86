using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Actions whose target does not take them at once.</summary>
public sealed class RetryTests
{
    private const string Rules = """
        rules:
          announce:
            on: github.pull_request.opened
            then:
              - slack.post: { channel: "#dev", text: "{{pull_request.title}}" }
        """;

    private static readonly string Opened = BotWorld.Sample("github.pull_request.opened");

    [Fact]
    public async Task Waits_as_long_as_slack_asks_and_posts_exactly_once()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        FailPosts(world, new PeerAnswer(429, """{"ok":false,"error":"ratelimited"}""").With("Retry-After", "2"));
        FailPosts(world, new PeerAnswer(500));

        var delivery = await world.DeliverAsync("pull_request", Opened, "done");

        var attempts = delivery.Action("announce").Attempts();
        Assert.Equal(["waiting", "retrying", "succeeded"], attempts.Select(a => a.GetProperty("outcome").GetString()));
        Assert.True(attempts[0].Time("next_at") - attempts[0].Time("at") >= TimeSpan.FromSeconds(2), $"asked for 2 s: {attempts[0]}");
        Assert.True(attempts[1].Time("at") >= attempts[0].Time("next_at"), $"came early: {attempts[1]}");
        Assert.True(attempts[2].Time("at") >= attempts[1].Time("next_at"), $"came early: {attempts[2]}");
        Assert.Single(world.Slack.Messages);
        Assert.Equal(3, world.Slack.Calls.Count(c => c == "chat.postMessage"));
        world.Verify();
    }

    [Fact]
    public async Task Gives_an_action_up_after_its_last_attempt_and_lists_them_all()
    {
        await using var world = await BotWorld.StartAsync(Rules, ("Actions:MaxAttempts", "3"));
        FailPosts(world, new PeerAnswer(500), int.MaxValue);

        var delivery = await world.DeliverAsync("pull_request", Opened, "dead");

        var action = delivery.Action("announce");
        Assert.Equal("dead", action.Status());
        Assert.Equal(["retrying", "retrying", "dead"], action.Attempts().Select(a => a.GetProperty("outcome").GetString()));
        Assert.Contains("gave up after 3 attempts: Slack answered 500", action.Attempts()[2].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, action.Attempts()[2].GetProperty("next_at").ValueKind);
        Assert.Empty(world.Slack.Messages);
    }

    [Fact]
    public async Task Carries_on_after_a_restart_at_the_time_that_was_due()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        FailPosts(world, new PeerAnswer(500).With("Retry-After", "4"));
        var id = await world.Bot.SendGitHubAsync("pull_request", Opened);
        var before = (await world.Bot.FinishedAsync(id, "retrying")).Action("announce").Attempts();

        await world.RestartAsync();
        var delivery = await world.Bot.FinishedAsync(id, "done");

        var attempts = delivery.Action("announce").Attempts();
        Assert.Equal(2, attempts.Count);
        Assert.Equal(before[0].ToString(), attempts[0].ToString());
        Assert.True(attempts[1].Time("at") >= attempts[0].Time("next_at"), $"came early: {attempts[1]}");
        Assert.Single(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task Repeats_what_was_decided_although_the_rules_have_changed()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        var isDown = true;
        world.Slack.Peer.Next(new PeerAnswer(500), int.MaxValue, r => isDown && IsPost(r));
        var id = await world.Bot.SendGitHubAsync("pull_request", Opened);
        var decided = await world.Bot.FinishedAsync(id, "retrying");

        await world.ChangeRulesAsync(Rules.Replace("{{pull_request.title}}", "something else", StringComparison.Ordinal));
        isDown = false;
        var delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.Equal("Explain how the checkout retries a payment", Assert.Single(world.Slack.Messages).Text);
        Assert.Equal(decided.GetProperty("rule_set").GetString(), delivery.GetProperty("rule_set").GetString());
        var next = await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("number", 43)), "done");
        Assert.NotEqual(decided.GetProperty("rule_set").GetString(), next.GetProperty("rule_set").GetString());
        Assert.Equal("something else", world.Slack.Messages[^1].Text);
    }

    [Fact]
    public async Task Does_not_hold_up_the_next_event_of_the_subject()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        FailPosts(world, new PeerAnswer(500).With("Retry-After", "20"));
        var first = await world.Bot.SendGitHubAsync("pull_request", Opened);
        await world.Bot.FinishedAsync(first, "retrying");

        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.title", "the next")), "done");

        Assert.Equal("the next", Assert.Single(world.Slack.Messages).Text);
        Assert.Equal("retrying", (await world.Bot.GetDeliveryAsync(first)).Status());
    }

    private static void FailPosts(BotWorld world, PeerAnswer answer, int times = 1) => world.Slack.Peer.Next(answer, times, IsPost);

    private static bool IsPost(PeerRequest request) => request.Path.EndsWith("chat.postMessage", StringComparison.Ordinal);
}
