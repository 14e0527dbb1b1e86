using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Steps that follow one another, rules that are stopped, and who is heard.</summary>
public sealed class StepTests
{
    private const string Chain = """
        rules:
          chain:
            on: github.push
            then:
              - { slack.post: { channel: "#dev", text: "first" }, stop_on_failure: true, name: the first, retry: { attempts: 2, base: 1s } }
              - slack.post: { channel: "#incidents", text: "second" }
              - { slack.post: { channel: "#incidents", text: "never" }, when: { deleted: true } }
        """;

    [Fact]
    public async Task The_step_after_one_that_must_succeed_waits_for_it()
    {
        await using var world = await BotWorld.StartAsync(Chain);
        world.Slack.Peer.Next(new PeerAnswer(500), 1, IsPost);

        var delivery = await world.DeliverAsync("push", BotWorld.Sample("github.push"), "done");

        Assert.Equal(["first", "second"], world.Slack.Messages.Select(m => m.Text));
        var second = Outcomes(delivery, 1);
        Assert.Equal("waiting", second[0]);
        Assert.Equal("succeeded", second[^1]);
        Assert.Equal(2, delivery.GetProperty("actions").GetArrayLength());
        Assert.Equal("slack.post (step 3)", delivery.Rule("chain").GetProperty("steps")[0].GetProperty("step").GetString());
    }

    [Fact]
    public async Task The_steps_after_one_that_failed_for_good_are_left_out()
    {
        await using var world = await BotWorld.StartAsync(Chain);
        world.Slack.Peer.Next(new PeerAnswer(500), int.MaxValue, IsPost);

        var delivery = await world.DeliverAsync("push", BotWorld.Sample("github.push"), "dead");
        delivery = await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(delivery.GetProperty("id").GetString()!), d => Outcomes(d, 1)[^1] == "skipped");

        Assert.Equal(["retrying", "dead"], Outcomes(delivery, 0));
        Assert.Equal("left out: the first before it failed", delivery.GetProperty("actions")[1].Attempts()[^1].GetProperty("detail").GetString());
        Assert.Empty(world.Slack.Messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_steps_that_were_left_out_are_done_when_the_one_before_them_is_tried_again_and_succeeds(bool isRestarted)
    {
        await using var world = await BotWorld.StartAsync(Chain);
        world.Slack.Peer.Next(new PeerAnswer(500), 2, IsPost);
        var delivery = await world.DeliverAsync("push", BotWorld.Sample("github.push"), "dead");
        var id = delivery.GetProperty("id").GetString()!;
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(id), d => Outcomes(d, 1)[^1] == "skipped");
        if (isRestarted)
        {
            await world.RestartAsync();
        }

        var key = delivery.GetProperty("actions")[0].GetProperty("key").GetString();
        using var answer = await world.Bot.Client.PostAsync($"/api/actions/{key}/retry", null, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(["first", "second"], world.Slack.Messages.Select(m => m.Text));
        Assert.Equal(["retrying", "dead", "pending", "succeeded"], Outcomes(delivery, 0));
        Assert.Contains("skipped", Outcomes(delivery, 1));
        Assert.Equal("succeeded", Outcomes(delivery, 1)[^1]);
    }

    [Fact]
    public async Task A_rule_that_acts_too_often_on_one_subject_is_stopped_and_its_owner_hears_of_it_once()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              flips:
                on: github.issues.opened
                max_per_subject: 2
                owner: "#incidents"
                then: [ slack.post: { channel: "#dev", text: "{{issue.title}}" } ]
            """);
        for (var i = 0; i < 5; i++)
        {
            await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", $"{i}")));
        }

        await world.RestartAsync();
        var stopped = await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "5")));
        Assert.StartsWith("stopped: it acted 2 times", stopped.Rule("flips").GetProperty("note").GetString(), StringComparison.Ordinal);
        var other = await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "other"), ("issue.number", 4711)));
        Assert.Equal("succeeded", other.Action("flips").Status());
        world.Clock.Jump(TimeSpan.FromMinutes(61));
        await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", "later")));

        Assert.Equal(["0", "1", "other", "later"], world.Slack.Messages.Where(m => !m.Text!.Contains("stopped", StringComparison.Ordinal)).Select(m => m.Text));
        Assert.Single(world.Slack.Messages, m => m.Text!.Contains("The rule `flips` is stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_bot_did_reaches_only_the_rules_that_hear_of_bots()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              people: { on: github.issues.opened, then: [ slack.post: { channel: "#dev", text: people } ] }
              everybody: { on: github.issues.opened, bots: true, then: [ slack.post: { channel: "#dev", text: everybody } ] }
            """);
        var delivery = await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened", ("sender.login", "renovate[bot]"), ("sender.type", "Bot")));

        Assert.Equal("everybody", Assert.Single(world.Slack.Messages).Text);
        var explanation = delivery.Rule("people").GetProperty("explanation");
        Assert.Equal("\"renovate[bot]\"", explanation.GetProperty("seen").GetString());
        Assert.Contains("say", explanation.GetProperty("because").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_firing_is_known_from_the_alerts_own_deliveries_also_after_a_restart()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              careful:
                on: github.push
                if: { facts.alerts.severity: critical }
                then: [ slack.post: { channel: "#dev", text: "{{#each facts.alerts}}{{name}} {{/each}}" } ]
                else: [ slack.post: { channel: "#dev", text: "quiet" } ]
            """);
        var quiet = await PushAsync(world);
        Assert.Equal((false, "else"), (quiet.Rule("careful").GetProperty("matched").GetBoolean(), quiet.Rule("careful").GetProperty("ran").GetString()));
        await Poll.UntilAsync(() => world.Bot.Client.GetStringAsync("/api/deliveries", TestContext.Current.CancellationToken), list => list.Contains("\"rules\":[\"careful\"]", StringComparison.Ordinal));
        await AlertAsync(world, "firing");
        await PushAsync(world);
        await world.RestartAsync();
        await PushAsync(world);
        await AlertAsync(world, "resolved");
        await PushAsync(world);

        var texts = world.Slack.Messages.Select(m => m.Text!.Trim()).ToList();
        Assert.Equal(4, texts.Count);
        Assert.Equal(("quiet", "quiet"), (texts[0], texts[3]));
        Assert.NotEqual("quiet", texts[1]);
        Assert.Equal(texts[1], texts[2]);
    }

    private static Task<JsonElement> PushAsync(BotWorld world) => world.DeliverAsync("push", BotWorld.Sample("github.push"));

    private static async Task AlertAsync(BotWorld world, string status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager")
        {
            Content = new StringContent(BotWorld.Sample($"alertmanager.{status}"), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", RunningBot.AlertmanagerToken);
        using var answer = await world.Bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static List<string> Outcomes(JsonElement delivery, int action) =>
        [.. delivery.GetProperty("actions")[action].Attempts().Select(a => a.GetProperty("outcome").GetString()!)];

    private static bool IsPost(PeerRequest request) => request.Path.EndsWith("chat.postMessage", StringComparison.Ordinal);
}
