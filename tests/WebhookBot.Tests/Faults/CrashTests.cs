using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>
/// The process ends between an effect and its record: the target has done it, its answer never comes, nothing is written down. Another start on
/// the same folder finds a plan with an action that was never recorded.
/// </summary>
[Collection(nameof(Alone))]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 25;

    private static string Rules(string step, string rule) => $$"""
        rules:
          act:
            on: github.pull_request.opened
            {{rule}}
            then:
              - {{step}}
        """;

    [Fact]
    public async Task A_label_is_there_once() =>
        await KillAsync("""github.label: { add: ["crash {{number}}"] }""", world => world.GitHub.Peer, "/labels",
            (world, i) => Assert.Equal([$"crash {i}"], world.Shop.LabelsOf(i)));

    [Fact]
    public async Task A_comment_is_made_once() =>
        await KillAsync("""github.comment: { body: "crash {{number}}" }""", world => world.GitHub.Peer, "/comments",
            (world, i) => Assert.Single(world.Shop.Comments, c => c.Issue == i));

    [Fact]
    public async Task A_message_without_a_key_is_posted_once() =>
        await KillAsync("""slack.post: { channel: "#dev", text: "crash {{number}}" }""", world => world.Slack.Peer, "chat.postMessage",
            (world, i) => Assert.Single(world.Slack.Messages, m => m.Text == $"crash {i}"));

    [Fact]
    public async Task A_message_that_waited_is_posted_once() =>
        await KillAsync("""slack.post: { channel: "#dev", text: "crash {{number}}" }""", world => world.Slack.Peer, "chat.postMessage",
            (world, i) => Assert.Single(world.Slack.Messages, m => m.Text == $"crash {i}"),
            kills: 5,
            rule: "wait: 1s");

    [Fact]
    public async Task A_living_message_is_posted_once_and_updated_after_that() =>
        await KillAsync("""slack.post: { channel: "#dev", key: "{{number}}", text: "crash {{number}}" }""", world => world.Slack.Peer, "chat.postMessage",
            (world, i) => Assert.Single(world.Slack.Messages, m => m.Text == $"crash {i}"));

    [Fact]
    public async Task A_message_is_posted_at_most_twice_when_the_channel_cannot_be_read_and_says_so() =>
        await KillAsync("""slack.post: { channel: "#dev", text: "crash {{number}}" }""", world => world.Slack.Peer, "chat.postMessage",
            (world, i) => Assert.InRange(world.Slack.Messages.Count(m => m.Text == $"crash {i}"), 1, 2),
            kills: 5,
            prepare: world => world.Slack.MayReadHistory = false,
            detail: "which could not be looked up: the Slack app lacks the scope channels:history");

    [Fact]
    public async Task A_call_carries_the_same_idempotency_key()
    {
        await using var target = await FakePeer.StartAsync();
        target.On("POST", "hook", _ => new PeerAnswer(200));
        await KillAsync($$"""http: { url: "{{target.Url}}hook" }""", _ => target, "hook",
            (_, i) =>
            {
                var calls = target.Requests.Where(r => r.Json["number"]!.GetValue<int>() == i).ToList();
                Assert.Equal(2, calls.Count);
                Assert.Single(calls.Select(c => c.Header("Idempotency-Key")).Distinct());
            },
            kills: 5);
    }

    private async Task KillAsync(
        string step, Func<BotWorld, FakePeer> peer, string path, Action<BotWorld, int> check,
        int kills = Kills, Action<BotWorld>? prepare = null, string? detail = null, string rule = "")
    {
        await using var world = await BotWorld.StartAsync(Rules(step, rule), ("Actions:DrainTimeout", "00:00:00"), ("Http:AllowPrivateAddresses", "true"));
        prepare?.Invoke(world);
        var target = peer(world);
        for (var i = 1; i <= kills; i++)
        {
            var lost = target.LoseAnswer(r => r.Path.EndsWith(path, StringComparison.Ordinal) && r.Method == "POST");
            var id = await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("number", i), ("pull_request.number", i)));
            await lost;

            await world.RestartAsync();

            var delivery = await world.Bot.FinishedAsync(id, "done");
            check(world, i);
            if (detail is not null)
            {
                Assert.Contains(detail, delivery.Action("act").Attempts()[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
            }

            Assert.Single(delivery.Action("act").Attempts());
        }

        output.WriteLine($"{kills} ends between effect and record");
        world.Verify();
    }
}
