using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Slack;

/// <summary>A message that an earlier try may have posted.</summary>
public sealed class SlackLookUpTests
{
    private static readonly object Message = new { channel = "#dev", text = "hello" };

    [Fact]
    public async Task Finds_it_behind_many_others_and_does_not_post_it_again()
    {
        await using var world = await StartAsync();
        await world.RunAsync("slack.post", Message);
        for (var i = 0; i < 5; i++)
        {
            await world.RunAsync("slack.post", world.Request(Message, key: $"other {i}"));
        }

        world.Slack.HistoryPage = 2;
        var outcome = await AgainAsync(world);

        Assert.Equal("was posted to #dev already; the answer to that was lost", Assert.IsType<ActionOutcome.Succeeded>(outcome).Detail);
        Assert.Equal(6, world.Slack.Messages.Count);
        Assert.Equal(3, world.Slack.Calls.Count(c => c == "conversations.history"));
    }

    [Fact]
    public async Task Is_not_deceived_by_the_same_metadata_on_a_message_of_somebody_else()
    {
        await using var world = await StartAsync();
        await world.RunAsync("slack.post", Message);
        world.Slack.Author = "U0000EVE";

        Assert.Equal("posted to #dev", Assert.IsType<ActionOutcome.Succeeded>(await AgainAsync(world)).Detail);
        Assert.Equal(2, world.Slack.Messages.Count);
    }

    [Fact]
    public async Task Comes_again_when_it_cannot_look_now_and_still_does_not_know()
    {
        await using var world = await StartAsync();
        world.Slack.Peer.Next(new PeerAnswer(429).With("Retry-After", "7"), 1, r => r.Path.EndsWith("conversations.history", StringComparison.Ordinal));

        var later = Assert.IsType<ActionOutcome.RetryLater>(await AgainAsync(world));
        Assert.Equal((FaultKind.Limited, TimeSpan.FromSeconds(7), true), (later.Kind, later.After, later.MayHaveHappened));
        Assert.Empty(world.Slack.Messages);
    }

    [Theory]
    [InlineData("""{"ok":true,"messages":{}}""")]
    [InlineData("""{"ok":true,"messages":[null,3,{"metadata":[]},{"metadata":{"event_type":"webhookbot_message","event_payload":"x"}}]}""")]
    [InlineData("""{"ok":true}""")]
    public async Task Posts_it_when_the_history_is_not_what_it_should_be(string history)
    {
        await using var world = await StartAsync();
        world.Slack.Peer.Next(new PeerAnswer(200, history), 1, r => r.Path.EndsWith("conversations.history", StringComparison.Ordinal));

        Assert.IsType<ActionOutcome.Succeeded>(await AgainAsync(world));
        Assert.Single(world.Slack.Messages);
    }

    [Fact]
    public async Task Posts_one_with_a_key_anew_when_the_one_that_it_finds_cannot_be_changed()
    {
        await using var world = await StartAsync();
        var living = new { channel = "#dev", key = "one", text = "hello" };
        await world.RunAsync("slack.post", living);
        world.Forget();
        world.Slack.Refuse("chat.update", "edit_window_closed");

        Assert.IsType<ActionOutcome.Succeeded>(await world.RunAsync("slack.post", world.Request(living) with { MayHaveHappened = true }));
        Assert.Equal(2, world.Slack.Messages.Count);
    }

    [Fact]
    public async Task Tells_a_pile_again_that_has_grown_since_it_was_told()
    {
        await using var world = await StartAsync();
        var since = world.Time.GetUtcNow();
        var told = world.Request(Message) with { Pile = new ActionPile(["one", "two"], 2, since, since) };
        await world.RunAsync("slack.post", told);

        await world.RunAsync("slack.post", told with { MayHaveHappened = true });
        Assert.Single(world.Slack.Messages);
        await world.RunAsync("slack.post", told with { MayHaveHappened = true, Pile = new ActionPile(["one", "two", "three"], 3, since, since) });
        Assert.Equal(2, world.Slack.Messages.Count);
    }

    [Fact]
    public async Task Looks_for_nothing_when_nothing_can_have_happened()
    {
        await using var world = await StartAsync();
        await world.RunAsync("slack.post", Message);

        Assert.DoesNotContain("conversations.history", world.Slack.Calls);
    }

    private static async Task<ActionWorld> StartAsync()
    {
        var world = await ActionWorld.StartAsync();
        world.Slack.AddChannel("dev");
        return world;
    }

    private static Task<ActionOutcome> AgainAsync(ActionWorld world) => world.RunAsync("slack.post", world.Request(Message) with { MayHaveHappened = true });
}
