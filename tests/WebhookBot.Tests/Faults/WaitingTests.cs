using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>What becomes of those that wait for a target when one of them dies or is called off, and when the bot starts anew.</summary>
public sealed class WaitingTests
{
    private const string Living = """
        rules:
          post:
            on: github.push
            then:
              - slack.post: { channel: "#dev", key: "one", text: "{{number}}" }
        """;

    private const string Posts = """
        rules:
          post:
            on: github.push
            then:
              - slack.post: { channel: "#dev", text: "number {{number}}" }
                retry: { attempts: 1 }
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_last_state_but_one_of_a_living_message_is_told_when_the_last_one_cannot_be()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Living);
        LimitPosts(world, 60);
        var ids = await SendAsync(world, 3);
        world.Slack.Refuse("chat.postMessage", "msg_too_long");
        await world.PassAsync(TimeSpan.FromSeconds(120), Second);

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("1", Assert.Single(world.Slack.Messages).Text);
        Assert.Equal(["skipped", "succeeded", "dead"], await StatusesAsync(world, ids));
    }

    [Fact]
    public async Task The_last_state_but_one_of_a_living_message_is_told_when_the_last_one_is_called_off()
    {
        await using var world = await SimulatedBot.StartAsync(_ => """
            rules:
              opened:
                on: github.pull_request.opened
                then: [ slack.post: { channel: "#dev", key: "one", text: "opened" } ]
              ready:
                on: github.pull_request.ready_for_review
                wait: 10s
                cancel_on: [github.pull_request.closed]
                then: [ slack.post: { channel: "#dev", key: "one", text: "ready" } ]
            """);
        LimitPosts(world, 60);
        var opened = await SendPullRequestAsync(world, "opened");
        await world.TakenUpAsync(opened);
        var ready = await SendPullRequestAsync(world, "ready_for_review");
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(ready), d => d.GetProperty("actions").GetArrayLength() == 1);
        await world.PassAsync(TimeSpan.FromSeconds(20), Second);
        Assert.Contains("left alone", (await world.TakenUpAsync(ready)).Action("ready").Attempts()[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        await world.PassAsync(TimeSpan.FromSeconds(10), Second);

        await world.Bot.FinishedAsync(await SendPullRequestAsync(world, "closed"), "ignored");
        await world.PassAsync(TimeSpan.FromSeconds(90), Second);

        Assert.StartsWith("called off", (await world.Bot.FinishedAsync(ready, "done")).Action("ready").Attempts()[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("succeeded", (await world.Bot.FinishedAsync(opened, "done")).Action("opened").Status());
        Assert.Equal("opened", Assert.Single(world.Slack.Messages).Text);
    }

    [Fact]
    public async Task A_pile_does_not_count_the_one_that_was_to_tell_it_and_died()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts);
        LimitPosts(world, 60);
        var ids = await SendAsync(world, 40);
        world.Slack.Peer.Next(new PeerAnswer(500), 1, r => r.Body.Contains("piled", StringComparison.Ordinal));
        await world.PassAsync(TimeSpan.FromSeconds(120), Second);

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        var statuses = await StatusesAsync(world, ids);
        Assert.Single(statuses, "dead");
        var digest = Assert.Single(world.Slack.Messages, m => m.Text!.Contains("piled up", StringComparison.Ordinal)).Text!;
        var piled = int.Parse(Regex.Match(digest, "^\\*([0-9]+) messages").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(39, piled + world.Slack.Messages.Count - 1);
        Assert.DoesNotContain($"• number {statuses.IndexOf("dead")}\n", digest + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_says_since_when_and_for_what_once_and_when_it_is_looked_at_next()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts);
        LimitPosts(world, 60);
        var calls = 0;
        world.Slack.Peer.Next(new PeerAnswer(503), int.MaxValue, _ => Interlocked.Increment(ref calls) > 0);
        var began = world.Clock.GetUtcNow();
        var ids = await SendAsync(world, 30);
        await world.PassAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));

        var stories = new List<IReadOnlyList<JsonElement>>();
        foreach (var id in ids)
        {
            stories.Add((await world.Bot.GetDeliveryAsync(id)).Action("post").Attempts());
        }

        // Whoever calls is told of, and that it waits on after it; the others wait in silence.
        Assert.InRange(stories.Sum(s => s.Count), 30, (2 * 30) + (2 * calls));
        Assert.Contains(stories, s => s.Any(a => a.Time("at") < began.AddMinutes(1) && a.GetProperty("detail").GetString()!.Contains("is left alone", StringComparison.Ordinal)));
        var waiting = stories.Where(s => s[^1].GetProperty("outcome").GetString() == "waiting").ToList();
        Assert.InRange(waiting.Count, 20, 30);
        Assert.All(waiting, s => Assert.InRange(s[^1].Time("next_at"), world.Clock.GetUtcNow().AddSeconds(-10), world.Clock.GetUtcNow().AddMinutes(10)));
    }

    [Theory]
    [InlineData(408, "cannot tell yet whether it still holds (asked 1 of 6 times)")]
    [InlineData(500, "nobody can tell now whether it still holds")]
    public async Task A_condition_that_cannot_be_told_is_asked_again_however_often_the_target_was_tried(int status, string told)
    {
        await using var world = await SimulatedBot.StartAsync(target => $$"""
            rules:
              nudge:
                on: github.pull_request.ready_for_review
                wait: 1m
                still: { facts.changed_files: "docs/**" }
                then: [ http: { url: "{{target}}hook" } ]
            """);
        world.GitHub.Repository("acme/shop", installation: 31415926).AddFile(42, "docs/a.md");
        var (isUp, isToldByGitHub, asked) = (false, true, 0);
        world.Target.On("POST", "hook", _ => isUp ? new PeerAnswer(200) : new PeerAnswer(429).With("Retry-After", "60"));
        world.GitHub.Peer.Next(new PeerAnswer(status), int.MaxValue, r => r.Path.EndsWith("/files", StringComparison.Ordinal) && !isToldByGitHub && ++asked > 0);
        var id = await SendPullRequestAsync(world, "ready_for_review");
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(id), d => d.GetProperty("actions").GetArrayLength() == 1);
        await world.PassAsync(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(5));
        Assert.InRange((await world.Bot.GetDeliveryAsync(id)).Action("nudge").Attempts().Count, 7, 100);

        (isUp, isToldByGitHub) = (true, false);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5));
        Assert.InRange(asked, 1, 100);
        isToldByGitHub = true;
        await world.PassAsync(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(5));

        var attempts = (await world.Bot.FinishedAsync(id, "done")).Action("nudge").Attempts();
        Assert.Equal("succeeded", attempts[^1].GetProperty("outcome").GetString());
        Assert.Contains(attempts, a => a.GetProperty("detail").GetString()!.StartsWith(told, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_put_off_before_a_restart_goes_before_what_comes_of_its_subject_after_it()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              announce:
                on: github.pull_request.opened
                then: [ slack.post: { channel: "#dev", text: "{{pull_request.title}}" } ]
            """);
        world.Slack.Peer.Next(new PeerAnswer(429).With("Retry-After", "3600"), 1, IsPost);
        var first = await SendAsync("first");
        await AttemptsAsync(first);
        await world.RestartAsync();

        var second = await SendAsync("second");
        var waits = await AttemptsAsync(second);
        Assert.Contains("what came before it of the same subject goes first", waits[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        world.Clock.Jump(TimeSpan.FromSeconds(3700));
        await world.Bot.FinishedAsync(first, "done");
        await world.Bot.FinishedAsync(second, "done");

        Assert.Equal(["first", "second"], world.Slack.Messages.Select(m => m.Text));

        Task<string> SendAsync(string title) => world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("pull_request.title", title)));

        async Task<IReadOnlyList<JsonElement>> AttemptsAsync(string id) =>
            await Poll.UntilAsync(async () => (await world.Bot.GetDeliveryAsync(id)).GetProperty("actions").EnumerateArray().SelectMany(a => a.Attempts()).ToList(), a => a.Count > 0);
    }

    private static void LimitPosts(SimulatedBot world, int seconds) =>
        world.Slack.Peer.Next(new PeerAnswer(429).With("Retry-After", $"{seconds}"), 1, IsPost);

    private static bool IsPost(PeerRequest request) => request.Path.EndsWith("chat.postMessage", StringComparison.Ordinal);

    private static async Task<List<string>> SendAsync(SimulatedBot world, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var id = Guid.NewGuid().ToString();
            ids.Add(await world.Bot.SendGitHubAsync("push", JsonSerializer.Serialize(new { number = i, @ref = id, repository = new { full_name = "acme/shop" } }), id));
            await world.TakenUpAsync(id);
        }

        return ids;
    }

    private static Task<string> SendPullRequestAsync(SimulatedBot world, string what) =>
        world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample($"github.pull_request.{what}", ("pull_request.changed_files", 1)));

    private static async Task<List<string>> StatusesAsync(SimulatedBot world, List<string> ids)
    {
        var statuses = new List<string>();
        foreach (var id in ids)
        {
            statuses.Add((await world.Bot.GetDeliveryAsync(id)).Action("post").Status()!);
        }

        return statuses;
    }
}
