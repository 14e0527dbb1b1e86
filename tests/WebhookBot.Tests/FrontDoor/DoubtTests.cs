using System.Text;
using System.Text.Json;
using WebhookBot.Tests.Actions;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>What may have been done, as the answer was lost, is looked for: by whoever comes next, whatever it comes by.</summary>
public sealed class DoubtTests
{
    [Fact]
    public async Task One_living_message_although_the_answer_to_its_post_was_lost_and_another_event_comes_first()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              live:
                on: github.issues.opened
                then: [ slack.post: { channel: "#dev", key: "issue {{issue.number}}", text: "{{issue.title}}" } ]
            """, ("Slack:Timeout", "00:00:01"), ("Actions:BaseDelay", "00:10:00"));
        _ = world.Slack.Peer.LoseAnswer(r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var first = await world.Bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "first")));
        await world.Bot.FinishedAsync(first, "retrying");

        await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "second")), "done");
        world.Clock.Jump(TimeSpan.FromMinutes(11));
        await world.Bot.FinishedAsync(first, "done");

        Assert.Equal("second", Assert.Single(world.Slack.Messages).Text);
    }

    [Fact]
    public async Task A_replay_looks_for_what_the_tries_before_it_may_have_done()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              post:
                on: github.issues.opened
                then:
                  - { slack.post: { channel: "#dev", text: "{{issue.title}}" }, retry: false }
                  - { github.comment: { body: "hello" }, retry: false }
            """, ("Slack:Timeout", "00:00:01"), ("GitHub:Timeout", "00:00:01"));
        _ = world.Slack.Peer.LoseAnswer(r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        _ = world.GitHub.Peer.LoseAnswer(r => r.Method == "POST" && r.Path.EndsWith("/comments", StringComparison.Ordinal));
        var dead = await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "first")), "dead");

        world.Clock.Jump(TimeSpan.FromHours(1));
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await world.Bot.Client.PostAsync($"/api/deliveries/{dead.GetProperty("id").GetString()}/replay", content, TestContext.Current.CancellationToken);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var replay = await world.Bot.FinishedAsync(said.RootElement.GetProperty("id").GetString()!);

        Assert.All(replay.GetProperty("actions").EnumerateArray(), a => Assert.Equal("succeeded", a.Status()));
        Assert.Single(world.Slack.Messages);
        Assert.Single(world.Shop.Comments);
    }

    [Fact]
    public async Task One_comment_although_the_kept_one_was_deleted_and_the_answer_to_its_successor_was_lost()
    {
        await using var world = await ActionWorld.StartAsync();
        world.Set("GitHub:Timeout", "00:00:02");
        var shop = world.GitHub.Repository("acme/shop");
        await world.RunAsync("github.comment", new { body = "one", key = "size" });
        shop.Comments.Clear();
        _ = world.GitHub.Peer.LoseAnswer(r => r.Method == "POST" && r.Path.EndsWith("/comments", StringComparison.Ordinal));

        await world.RunAsync("github.comment", world.Request(new { body = "two", key = "size" }, sequence: 11));
        var outcome = await world.RunAsync("github.comment", world.Request(new { body = "two", key = "size" }, sequence: 11) with { MayHaveHappened = true });

        Assert.Contains("edited", outcome.Detail, StringComparison.Ordinal);
        Assert.StartsWith("two", Assert.Single(shop.Comments).Body, StringComparison.Ordinal);
    }
}
