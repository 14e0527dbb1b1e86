using System.Text.Json;
using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Slack;

public sealed class LivingMessageTests : IAsyncLifetime
{
    private ActionWorld _world = null!;

    private FakeSlack Slack => _world.Slack;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        Slack.AddChannel("incidents");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Is_posted_once_and_then_updated()
    {
        await PostAsync("firing", 10);
        await PostAsync("resolved", 11);
        var message = Assert.Single(Slack.Messages);
        Assert.Equal(("resolved", 1), (message.Text, message.Updates));
    }

    [Fact]
    public async Task Carries_its_key()
    {
        await PostAsync("firing", 10);
        await PostAsync("resolved", 11);
        Assert.Equal("""{"event_type":"webhookbot_message","event_payload":{"key":"alert 1"}}""", Slack.Messages[0].Fields["metadata"]);
    }

    [Fact]
    public async Task Gets_fresh_block_ids_with_every_update()
    {
        var blocks = JsonDocument.Parse("""[{"type":"divider","block_id":"mine"},{"type":"divider"}]""").RootElement;
        await RunAsync(new { channel = "#incidents", text = "x", key = "k", blocks }, 10);
        await RunAsync(new { channel = "#incidents", text = "x", key = "k", blocks }, 11);
        Assert.Equal(["mine-11", "b1-11"], Slack.Messages[0].Blocks!.Select(b => b!["block_id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Loses_its_blocks_when_the_update_has_none()
    {
        var buttons = new { url = "https://example.com", label = "Run" };
        await RunAsync(new { channel = "#incidents", text = "x", key = "alert 1", buttons }, 10);
        await PostAsync("resolved", 11);
        Assert.Null(Slack.Messages[0].Blocks);
    }

    [Fact]
    public async Task Is_left_alone_by_an_event_that_is_older_than_what_it_shows()
    {
        await PostAsync("resolved", 11);
        Assert.IsType<ActionOutcome.Skipped>(await PostAsync("firing", 10));
        Assert.Equal("resolved", Slack.Messages[0].Text);
    }

    [Fact]
    public async Task Is_posted_anew_and_followed_when_somebody_deleted_it()
    {
        await PostAsync("firing", 10);
        Slack.Delete(Slack.Messages[0]);
        await PostAsync("still firing", 11);
        await PostAsync("resolved", 12);
        Assert.Equal("resolved", Assert.Single(Slack.Messages).Text);
    }

    [Theory]
    [InlineData("message_not_found"), InlineData("cant_update_message"), InlineData("edit_window_closed")]
    public async Task Is_posted_anew_when_it_can_no_longer_be_updated(string error)
    {
        await PostAsync("firing", 10);
        Slack.Refuse("chat.update", error);
        Assert.IsType<ActionOutcome.Succeeded>(await PostAsync("resolved", 11));
        Assert.Equal(["firing", "resolved"], Slack.Messages.Select(m => m.Text));
        await PostAsync("closed", 12);
        Assert.Equal(["firing", "closed"], Slack.Messages.Select(m => m.Text));
    }

    [Theory]
    [InlineData("update_failed", typeof(ActionOutcome.RetryLater))]
    [InlineData("is_inactive", typeof(ActionOutcome.Failed))]
    [InlineData("no_dual_broadcast_content_update", typeof(ActionOutcome.Failed))]
    public async Task Reports_other_errors_of_an_update(string error, Type expected)
    {
        await PostAsync("firing", 10);
        Slack.Refuse("chat.update", error);
        Assert.IsType(expected, await PostAsync("resolved", 11));
    }

    [Fact]
    public async Task Falls_back_to_text_when_other_blocks_cannot_replace_the_old()
    {
        var blocks = JsonDocument.Parse("""[{"type":"divider"}]""").RootElement;
        await PostAsync("firing", 10);
        Slack.Refuse("chat.update", "block_mismatch");
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "x", key = "alert 1", blocks }, 11));
        Assert.Equal("x", Assert.Single(Slack.Messages).Text);
    }

    [Fact]
    public async Task To_a_person_is_updated_in_the_conversation_it_went_to()
    {
        var person = Slack.AddPerson("dev@example.com");
        await RunAsync(new { channel = "@" + person, text = "1", key = "k" }, 10);
        await RunAsync(new { channel = "@" + person, text = "2", key = "k" }, 11);
        Assert.Equal(("2", 1), (Slack.Messages[0].Text, Slack.Messages[0].Updates));
    }

    [Fact]
    public async Task Is_answered_in_its_thread()
    {
        await PostAsync("firing", 10);
        await RunAsync(new { channel = "incidents", text = "a detail", thread = "alert 1", broadcast = true }, 11);
        Assert.Equal(Slack.Messages[0].Ts, Slack.Messages[1].ThreadTs);
        Assert.Equal("true", Slack.Messages[1].Fields["reply_broadcast"]);
    }

    [Fact]
    public async Task That_is_not_there_yet_is_waited_for_a_minute()
    {
        var arguments = new { channel = "#incidents", text = "a detail", thread = "alert 1" };
        var early = await _world.RunAsync("slack.post", arguments, age: TimeSpan.FromSeconds(5));
        Assert.IsType<ActionOutcome.RetryLater>(early);
        var late = await RunAsync(new { channel = "#incidents", text = "a detail", thread = "alert 1", broadcast = true }, 10);
        Assert.Contains("not in a thread", Assert.IsType<ActionOutcome.Succeeded>(late).Detail, StringComparison.Ordinal);
        Assert.False(Assert.Single(Slack.Messages).Fields.ContainsKey("reply_broadcast"));
    }

    [Fact]
    public void Serialises_the_actions_that_change_it()
    {
        var action = _world.Action("slack.post");
        Assert.Equal("slack.post incidents k", action.SerialiseBy(_world.Request(new { channel = "#incidents", text = "x", key = "k" })));
        Assert.Null(action.SerialiseBy(_world.Request(new { channel = "#incidents", text = "x" })));
    }

    private Task<ActionOutcome> PostAsync(string text, long sequence) =>
        RunAsync(new { channel = "#incidents", text, key = "alert 1" }, sequence);

    private Task<ActionOutcome> RunAsync(object arguments, long sequence) => _world.RunAsync("slack.post", arguments, sequence: sequence);
}
