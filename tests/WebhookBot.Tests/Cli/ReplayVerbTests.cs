using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary>Replays and dead letters from the command line.</summary>
public sealed class ReplayVerbTests : IAsyncLifetime
{
    private const string Rules = """
        rules:
          announce:
            on: github.pull_request.opened
            then:
              - slack.post: { channel: "#dev", text: "{{number}}" }
        """;

    private readonly Shell _shell = new();
    private BotWorld _world = null!;

    private string Server => _world.Bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync() => _world = await BotWorld.StartAsync(Rules, ("Actions:MaxAttempts", "1"));

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _shell.Dispose();
    }

    [Fact]
    public async Task Shows_a_replay_and_the_command_that_does_it()
    {
        var id = await DeliverAsync(42, "done");

        var dry = await RunAsync("replay", id, "--force", "slack.post");
        var run = await RunAsync("replay", id, "--force", "slack.post", "--run");
        await Poll.UntilAsync(() => _world.Slack.Messages.Count == 2);

        Assert.True(dry.Code == 0, dry.ToString());
        Assert.StartsWith($"github.pull_request.opened {id} (github:acme/shop#42)\n  ✓ announce matches\n", dry.Out, StringComparison.Ordinal);
        Assert.Contains("→ announce: slack.post {\"channel\":\"#dev\",\"text\":\"42\"}", dry.Out, StringComparison.Ordinal);
        Assert.EndsWith($"Nothing was done. To do it: webhookbot replay {id} --run --force slack.post --server {Server}\n", dry.Out, StringComparison.Ordinal);
        Assert.StartsWith("Written down as ", run.Out, StringComparison.Ordinal);
        _world.Verify();
    }

    [Theory]
    [InlineData("replay", "")]
    [InlineData("replay", ".")]
    [InlineData("replay", "..")]
    [InlineData("explain", " ")]
    [InlineData("explain", "..")]
    public async Task Refuses_ids_that_would_be_another_place_in_an_address(string verb, string id)
    {
        var said = await RunAsync(verb, id);

        Assert.Equal(("", verb == "replay" ? 2 : 1), (said.Out, said.Code));
        Assert.Contains($"'{id}' is no id", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replays_many_that_pass_the_filters()
    {
        await DeliverAsync(1, "done");
        FailPosts(2);
        await DeliverAsync(2, "dead");
        await DeliverAsync(3, "dead");

        var dry = await RunAsync("replay", "--status", "dead", "--last", "5");
        var run = await RunAsync("replay", "--status", "dead", "--event", "github.*", "--run");
        await Poll.UntilAsync(() => _world.Slack.Messages.Count == 3);

        Assert.Equal(2, dry.Out.Split('\n').Count(l => l.EndsWith(": 1 action to do", StringComparison.Ordinal)));
        Assert.EndsWith("2 deliveries. Nothing was done; the same with --run does it.\n", dry.Out, StringComparison.Ordinal);
        Assert.EndsWith("2 replays are written down.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3"], _world.Slack.Messages.Select(m => m.Text).Order());
    }

    [Fact]
    public async Task Lists_dead_letters_tries_them_again_and_closes_them()
    {
        FailPosts(3);
        var ids = new List<string>();
        foreach (var number in new[] { 1, 2, 3 })
        {
            ids.Add(await DeliverAsync(number, "dead"));
        }

        var listed = await RunAsync("dead");
        var json = JsonElement.Parse((await RunAsync("dead", "--format", "json", "--limit", "2")).Out).GetProperty("items");
        var looked = await RunAsync("doctor");
        var closed = await RunAsync("dead", "--close", json[0].GetProperty("key").GetString()!, "--reason", "seen to");
        var again = await RunAsync("dead", "--retry", json[1].GetProperty("key").GetString()!);
        await _world.Bot.FinishedAsync(ids[1], "done");
        var rest = await RunAsync("dead", "--retry-all", "--rule", "announce", "--since", "1h");
        await _world.Bot.FinishedAsync(ids[0], "done");

        Assert.EndsWith("3 dead letters. webhookbot dead --retry KEY tries one again, --close KEY --reason TEXT closes it.\n", listed.Out, StringComparison.Ordinal);
        Assert.Contains($"  for github.pull_request.opened {ids[0]}\n", listed.Out, StringComparison.Ordinal);
        Assert.Equal(2, json.GetArrayLength());
        Assert.Equal((1, true), (looked.Code, looked.Out.Contains("✗ there are dead letters, the newest of the rule announce", StringComparison.Ordinal)));
        Assert.Contains(" is skipped.", closed.Out, StringComparison.Ordinal);
        Assert.EndsWith($" is pending. What comes of it: webhookbot explain {ids[1]} --server {Server}\n", again.Out, StringComparison.Ordinal);
        Assert.Equal("1 action is tried again.\n", rest.Out);
        Assert.Equal(["2", "1"], _world.Slack.Messages.Select(m => m.Text));
        Assert.Equal("There are no dead letters.\n", (await RunAsync("dead")).Out);
    }

    [Theory]
    [InlineData(2, "Say which: a delivery's id, or filters", "replay")]
    [InlineData(2, "Say which: a delivery's id, or filters", "replay", "x", "--last", "3")]
    [InlineData(2, "exclude each other", "replay", "x", "--run", "--dry-run")]
    [InlineData(2, "go together", "dead", "--close", "x")]
    [InlineData(2, "at a time", "dead", "--retry", "x", "--retry-all")]
    [InlineData(2, "A filter without a value", "replay", "--source", "", "--run")]
    [InlineData(2, "A filter without a value", "dead", "--retry-all", "--rule", "")]
    [InlineData(2, "--limit takes a number from 1 to 1000", "dead", "--limit", "0")]
    [InlineData(2, "--limit goes with the list", "dead", "--retry-all", "--limit", "5")]
    [InlineData(1, "knows no delivery 'x'", "replay", "x")]
    [InlineData(1, "knows no action of the key 'x'", "dead", "--retry", "x")]
    public async Task Refuses_what_makes_no_sense(int code, string told, params string[] arguments)
    {
        var said = await RunAsync(arguments);

        Assert.True(said.Code == code, said.ToString());
        Assert.Contains(told, said.Error, StringComparison.Ordinal);
    }

    private Task<Said> RunAsync(params string[] arguments) => _shell.RunAsync([.. arguments, "--server", Server]);

    private void FailPosts(int times) =>
        _world.Slack.Peer.Next(new PeerAnswer(500), times, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));

    private async Task<string> DeliverAsync(int number, string status) =>
        (await _world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("number", number)), status)).GetProperty("id").GetString()!;
}
