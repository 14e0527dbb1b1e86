using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Slack;

public sealed class SlackPostContract : ActionContract
{
    private protected override string Name => "slack.post";

    private protected override object Arguments => new { channel = "C00000001", text = "hello" };

    private protected override string TimeoutSetting => "Slack:Timeout";

    private protected override (string, string) Address(Uri url) => ("Slack:ApiUrl", url.AbsoluteUri);

    private protected override void AnswerAll(PeerAnswer answer) => World.Slack.Peer.Next(answer, times: int.MaxValue);

    [Theory]
    [InlineData("internal_error"), InlineData("fatal_error"), InlineData("service_unavailable"), InlineData("request_timeout")]
    [InlineData("update_failed"), InlineData("team_added_to_org"), InlineData("ratelimited"), InlineData("rate_limited")]
    [InlineData("message_limit_exceeded")]
    public async Task Tries_again_after_errors_that_pass(string error)
    {
        World.Slack.Refuse("chat.postMessage", error);
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync());
    }

    [Theory]
    [InlineData("ratelimited", 200), InlineData("rate_limited", 200), InlineData("ratelimited", 429)]
    public async Task Waits_as_long_as_slack_asks(string error, int status)
    {
        AnswerAll(PeerAnswer.Json(new { ok = false, error }, status).With("Retry-After", "33"));
        Assert.Equal(TimeSpan.FromSeconds(33), Assert.IsType<ActionOutcome.RetryLater>(await RunAsync()).After);
    }

    [Theory]
    [InlineData("invalid_auth"), InlineData("not_authed"), InlineData("account_inactive"), InlineData("token_revoked")]
    [InlineData("token_expired"), InlineData("org_login_required"), InlineData("accesslimited")]
    public async Task Stops_and_names_the_token_when_it_is_not_accepted(string error)
    {
        World.Slack.Refuse("chat.postMessage", error);
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync());
        Assert.Contains("Slack:BotToken", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeSlack.Token, failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_and_names_the_scope_that_is_missing()
    {
        World.Slack.Refuse("chat.postMessage", "missing_scope", needed: "chat:write.public");
        Assert.Contains("chat:write.public", Assert.IsType<ActionOutcome.Failed>(await RunAsync()).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is_archived"), InlineData("channel_not_found"), InlineData("no_text"), InlineData("metadata_too_large")]
    [InlineData("too_many_attachments"), InlineData("restricted_action"), InlineData("restricted_action_read_only_channel")]
    [InlineData("restricted_action_thread_only_channel"), InlineData("restricted_action_non_threadable_channel")]
    [InlineData("restricted_action_thread_locked"), InlineData("cannot_reply_to_message"), InlineData("messages_tab_disabled")]
    [InlineData("team_not_found"), InlineData("invalid_blocks"), InlineData("msg_too_long"), InlineData("something_new")]
    public async Task Gives_up_on_errors_that_will_not_change(string error)
    {
        World.Slack.Refuse("chat.postMessage", error);
        Assert.Contains(error, Assert.IsType<ActionOutcome.Failed>(await RunAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_which_setting_is_missing()
    {
        World.Set("Slack:BotToken", "");
        Assert.Equal("Slack:BotToken is not set", World.Action(Name).MissingSetting);
    }
}
