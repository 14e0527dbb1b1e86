using System.Net;
using System.Net.Sockets;
using WebhookBot.Clients;
using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions;

/// <summary>
/// What every action makes of what a target answers: success, try again later, or never. A new action derives from it.
/// The answers have no body, so an action that needs one from a success cannot know what came of it and tries again.
/// </summary>
public abstract class ActionContract : IAsyncLifetime
{
    private protected ActionWorld World { get; private set; } = null!;

    private protected abstract string Name { get; }

    private protected abstract object Arguments { get; }

    /// <summary>The setting that holds the target's address.</summary>
    private protected abstract (string Setting, string Value) Address(Uri url);

    /// <summary>The setting that limits how long a call takes.</summary>
    private protected abstract string TimeoutSetting { get; }

    /// <summary>What a success without a body comes to.</summary>
    private protected virtual Type OfEmptySuccess => typeof(ActionOutcome.RetryLater);

    /// <summary>What a <c>Retry-After</c> on a 403 comes to.</summary>
    private protected virtual Type OfLimited403 => typeof(ActionOutcome.Failed);

    private protected abstract void AnswerAll(PeerAnswer answer);

    public async ValueTask InitializeAsync()
    {
        World = await ActionWorld.StartAsync();
        Prepare();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await World.DisposeAsync();
    }

    private protected virtual void Prepare()
    {
    }

    private protected virtual Task<ActionOutcome> RunAsync(TimeSpan? age = null) => World.RunAsync(Name, Arguments, age: age);

    [Theory]
    [InlineData(200), InlineData(201), InlineData(204)]
    public async Task Takes_a_success_without_a_body_for_what_it_is(int status)
    {
        AnswerAll(new PeerAnswer(status));
        Assert.IsType(OfEmptySuccess, await RunAsync());
    }

    [Theory]
    [InlineData(301), InlineData(302), InlineData(307)]
    [InlineData(400), InlineData(401), InlineData(403), InlineData(404), InlineData(409), InlineData(410), InlineData(422)]
    public async Task Gives_up_on_a_status_that_will_not_change(int status)
    {
        AnswerAll(new PeerAnswer(status) { Headers = new Dictionary<string, string> { ["Location"] = "http://192.0.2.1/elsewhere" } });
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync());
        Assert.NotEmpty(failed.Detail);
    }

    [Theory]
    [InlineData(408), InlineData(429), InlineData(500), InlineData(502), InlineData(503)]
    public async Task Tries_again_after_a_status_that_may_pass(int status)
    {
        AnswerAll(new PeerAnswer(status, "<html>Sorry</html>", "text/html"));
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync());
    }

    [Theory]
    [InlineData(429), InlineData(503)]
    public async Task Honours_retry_after_in_seconds(int status)
    {
        AnswerAll(new PeerAnswer(status).With("Retry-After", "120"));
        Assert.Equal(TimeSpan.FromSeconds(120), Assert.IsType<ActionOutcome.RetryLater>(await RunAsync()).After);
    }

    [Fact]
    public async Task Honours_retry_after_as_a_date()
    {
        AnswerAll(new PeerAnswer(429).With("Retry-After", World.Time.GetUtcNow().AddMinutes(3).ToString("r")));
        Assert.Equal(TimeSpan.FromMinutes(3), Assert.IsType<ActionOutcome.RetryLater>(await RunAsync()).After);
    }

    [Fact]
    public async Task Heeds_retry_after_on_a_403_where_that_means_a_limit()
    {
        AnswerAll(new PeerAnswer(403).With("Retry-After", "7"));
        Assert.IsType(OfLimited403, await RunAsync());
    }

    [Fact]
    public async Task Tries_again_after_a_time_out()
    {
        World.Set(TimeoutSetting, "00:00:00.3");
        AnswerAll(PeerAnswer.Hanging);
        var running = RunAsync();
        await Task.WhenAny(running, World.Target.AnyRequestAsync(World.Slack.Peer, World.GitHub.Peer));
        World.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("in time", Assert.IsType<ActionOutcome.RetryLater>(await running).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_again_when_nobody_answers_the_connection()
    {
        var (setting, value) = Address(FreePort());
        World.Set(setting, value);
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync());
    }

    [Fact]
    public async Task Tries_again_when_the_connection_ends_without_an_answer()
    {
        AnswerAll(PeerAnswer.Dropped);
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync());
    }

    [Fact]
    public async Task Takes_a_truncated_success_for_what_it_is()
    {
        AnswerAll(PeerAnswer.Truncated);
        Assert.IsType(OfTruncated, await RunAsync());
    }

    [Fact]
    public async Task Lets_the_caller_cancel()
    {
        AnswerAll(PeerAnswer.Hanging);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ActionWorld.Cancellation);
        var running = World.Action(Name).ExecuteAsync(World.Request(Arguments), stop.Token);
        await Task.WhenAny(running, World.Target.AnyRequestAsync(World.Slack.Peer, World.GitHub.Peer));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Sends_nothing_that_changes_anything_in_shadow_mode()
    {
        using (WebhookBot.Clients.OutboundCalls.Forbid())
        {
            await Assert.ThrowsAsync<ForbiddenCallException>(() => RunAsync());
        }

        Assert.Empty(World.Target.Requests);
        Assert.Empty(World.Slack.Messages);
        Assert.DoesNotContain(
            World.GitHub.Peer.Requests, r => r.Method != "GET" && !r.Path.EndsWith("access_tokens", StringComparison.Ordinal));
    }

    /// <summary>What a success whose body broke off comes to.</summary>
    private protected virtual Type OfTruncated => typeof(ActionOutcome.RetryLater);

    private static Uri FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");
    }
}
