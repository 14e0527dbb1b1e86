using WebhookBot.Clients;
using WebhookBot.Clients.Slack;
using WebhookBot.Tests.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Clients.Slack;

public sealed class SlackClientTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> NoFields = [];
    private ActionWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await ActionWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Calls_a_method_with_a_form_and_the_token()
    {
        var fields = new Dictionary<string, string?> { ["a"] = "1 & 2", ["left_out"] = null };
        var answer = await Client.ReadAsync("auth.test", fields, ActionWorld.Cancellation);
        Assert.True(answer.IsOk);
        var sent = Assert.Single(_world.Slack.Peer.Requests);
        Assert.Equal(("/api/auth.test", "a=1+%26+2", "Bearer " + FakeSlack.Token), (sent.Path, sent.Body, sent.Header("Authorization")));
        Assert.StartsWith("WebhookBot/", sent.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/api/auth.test")]
    [InlineData("//evil.example/auth.test")]
    [InlineData("../auth.test")]
    [InlineData("auth.test?x=1")]
    [InlineData("auth")]
    [InlineData("")]
    public async Task Takes_nothing_but_the_name_of_a_method(string method) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.WriteAsync(method, NoFields, ActionWorld.Cancellation));

    [Theory]
    [InlineData(200, "<html>", true)]
    [InlineData(200, "", true)]
    [InlineData(200, "[]", true)]
    [InlineData(200, "{\"ok\":tr", true)]
    [InlineData(200, "\"ok\"", true)]
    [InlineData(503, "<html>", true)]
    [InlineData(500, "{\"ok\":true}", true)]
    [InlineData(302, "", false)]
    [InlineData(404, "<html>", false)]
    public async Task Survives_any_answer(int status, string body, bool mayBeRetried)
    {
        _world.Slack.Peer.Next(new PeerAnswer(status, body, "text/html"));
        var answer = await Client.ReadAsync("auth.test", NoFields, ActionWorld.Cancellation);
        Assert.False(answer.IsOk);
        Assert.Equal(mayBeRetried, answer.Fault!.MayBeRetried);
    }

    [Fact]
    public async Task Lets_reads_pass_in_shadow_mode()
    {
        using (WebhookBot.Clients.OutboundCalls.Forbid())
        {
            Assert.True((await Client.ReadAsync("auth.test", NoFields, ActionWorld.Cancellation)).IsOk);
            await Assert.ThrowsAsync<ForbiddenCallException>(() =>
                Client.WriteAsync("chat.postMessage", NoFields, ActionWorld.Cancellation));
        }
    }

    [Theory]
    [InlineData("slack.com/api", null, "Slack:ApiUrl")]
    [InlineData("https://slack.com/api/", "xoxb-1 2\n", "Slack:BotToken")]
    public void Refuses_settings_that_cannot_work(string url, string? token, string named)
    {
        var options = new SlackOptions { ApiUrl = new Uri(url, UriKind.RelativeOrAbsolute), BotToken = token is null ? null : new Secret(token) };
        var result = new SlackOptionsCheck().Validate(null, options);
        Assert.Contains(named, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-1", result.FailureMessage, StringComparison.Ordinal);
    }

    private SlackClient Client => _world.Get<SlackClient>();
}
