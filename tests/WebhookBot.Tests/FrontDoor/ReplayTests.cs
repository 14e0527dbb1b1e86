using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Deliveries that are decided again: what was not done yet is done, and nothing twice.</summary>
public sealed class ReplayTests
{
    private const string Rules = """
        rules:
          announce:
            on: github.pull_request.opened
            then:
              - slack.post: { channel: "#dev", text: "{{pull_request.title}}" }
              - name: second
                slack.post: { channel: "#incidents", text: "{{number}}" }
        """;

    private const string OneMore = Rules + """

          also:
            on: github.pull_request.opened
            then:
              - slack.post: { channel: "#dev", text: "also {{number}}" }
        """;

    private const string Issues = """
        rules:
          loud:
            on: github.issues.opened
            if: { facts.changed_files: { count: 0 } }
            then: [slack.post: { channel: "#dev", text: "{{issue.number}}" }]
          plain:
            on: github.issues.opened
            then: [slack.post: { channel: "#dev", text: "{{issue.number}}" }]
        """;

    private static readonly string Opened = BotWorld.Sample("github.pull_request.opened");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Does_what_the_rules_say_now_and_was_not_done_then()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        var first = await world.DeliverAsync("pull_request", Opened, "done");
        await world.ChangeRulesAsync(OneMore);

        var replayed = await FinishedAsync(world, await ReplayAsync(world, Id(first)));

        Assert.Equal(["Explain how the checkout retries a payment", "42", "also 42"], world.Slack.Messages.Select(m => m.Text));
        Assert.Equal(["skipped", "skipped", "succeeded"], replayed.GetProperty("actions").EnumerateArray().Select(a => a.Status()));
        Assert.StartsWith("done already", replayed.GetProperty("actions")[0].Attempts()[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(Id(first), replayed.GetProperty("replay_of").GetString());
        Assert.Equal([Id(replayed)], (await world.Bot.GetDeliveryAsync(Id(first))).GetProperty("replays").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(Decided(first), Decided(await world.Bot.GetDeliveryAsync(Id(first))));
        world.Verify();
    }

    [Fact]
    public async Task Leaves_undone_what_an_event_had_called_off()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              late:
                on: github.pull_request.opened
                wait: 1h
                cancel_on: github.pull_request.closed
                then: [slack.post: { channel: "#dev", text: "still open" }]
            """);
        var opened = await world.DeliverAsync("pull_request", Opened, "planned");
        await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.closed"), "ignored");

        var replayed = await FinishedAsync(world, await ReplayAsync(world, Id(opened)));

        var action = Assert.Single(replayed.GetProperty("actions").EnumerateArray());
        Assert.Equal("skipped", action.Status());
        Assert.StartsWith("called off by github.pull_request.closed", action.Attempts()[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_nothing_twice_however_often_it_is_asked()
    {
        await using var world = await BotWorld.StartAsync(OneMore);
        var id = Id(await world.DeliverAsync("pull_request", Opened, "done"));

        var replays = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReplayAsync(world, id)));
        await world.RestartAsync();
        foreach (var replay in replays.Append(await ReplayAsync(world, replays[0])).Append(await ReplayAsync(world, id, """{ "with": "plan" }""")))
        {
            await FinishedAsync(world, replay);
        }

        Assert.Equal(3, world.Slack.Messages.Count);
        world.Verify();
    }

    [Theory]
    [InlineData("second")]
    [InlineData("KEY")]
    public async Task Forced_on_one_action_repeats_that_one_and_no_other(string name)
    {
        await using var world = await BotWorld.StartAsync(Rules);
        var first = await world.DeliverAsync("pull_request", Opened, "done");
        var key = first.GetProperty("actions")[1].GetProperty("key").GetString()!;

        var replayed = await FinishedAsync(world, await ReplayAsync(world, Id(first), $$"""{ "force": ["{{(name == "KEY" ? key : name)}}"] }"""));

        Assert.Equal(["Explain how the checkout retries a payment", "42", "42"], world.Slack.Messages.Select(m => m.Text));
        Assert.Equal(["skipped", "succeeded"], replayed.GetProperty("actions").EnumerateArray().Select(a => a.Status()));
        Assert.NotEqual(key, replayed.GetProperty("actions")[1].GetProperty("key").GetString());
        world.Verify();
    }

    [Fact]
    public async Task Shows_in_a_dry_run_what_would_be_done_and_why_and_what_was_done_already()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        var id = Id(await world.DeliverAsync("pull_request", Opened, "done"));
        await world.ChangeRulesAsync(OneMore);

        var plan = await AnswerAsync(world, $"/api/deliveries/{id}/replay", """{ "dry_run": true }""", HttpStatusCode.OK);
        var narrow = await AnswerAsync(world, $"/api/deliveries/{id}/replay", """{ "dry_run": true, "rule": "also" }""", HttpStatusCode.OK);
        var recorded = await AnswerAsync(world, $"/api/deliveries/{id}/replay", """{ "dry_run": true, "with": "plan" }""", HttpStatusCode.OK);

        Assert.Equal([true, true, false], plan.GetProperty("actions").EnumerateArray().Select(a => a.GetProperty("omitted").ValueKind == JsonValueKind.String));
        Assert.Equal("also 42", plan.Action("also").GetProperty("arguments").GetProperty("text").GetString());
        Assert.True(plan.Rule("also").GetProperty("matched").GetBoolean());
        Assert.Equal("also", Assert.Single(narrow.GetProperty("rules").EnumerateArray()).GetProperty("rule").GetString());
        Assert.Equal(1, narrow.GetProperty("actions").GetArrayLength());
        Assert.Equal(2, recorded.GetProperty("actions").GetArrayLength());
        Assert.Equal(2, world.Slack.Messages.Count);
        Assert.Equal(1, (await world.Bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries", Stop)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Does_dead_letters_in_the_stead_of_the_first_plan()
    {
        await using var world = await BotWorld.StartAsync(Rules, ("Actions:MaxAttempts", "1"));
        world.Slack.Peer.Next(new PeerAnswer(500), 1, IsPost);
        var id = Id(await world.DeliverAsync("pull_request", Opened, "dead"));

        var replayed = await FinishedAsync(world, await ReplayAsync(world, id, """{ "with": "plan" }"""));

        Assert.Equal(["succeeded", "skipped"], replayed.GetProperty("actions").EnumerateArray().Select(a => a.Status()));
        Assert.Equal(["42", "Explain how the checkout retries a payment"], world.Slack.Messages.Select(m => m.Text));
        var first = await world.Bot.GetDeliveryAsync(id);
        Assert.Equal("done", first.Status());
        Assert.Contains("taken over by the replay", first.GetProperty("actions")[0].Attempts()[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await world.Bot.Client.GetFromJsonAsync<JsonElement>("/api/dead-letters", Stop)).GetProperty("items").GetArrayLength());
        world.Verify();
    }

    [Fact]
    public async Task Leaves_a_dead_letter_to_whoever_has_it_tried_again_while_the_replay_is_being_decided()
    {
        await using var world = await BotWorld.StartAsync(Rules, ("Actions:MaxAttempts", "1"));
        world.Slack.Peer.Next(new PeerAnswer(500), 1, IsPost);
        var first = await world.DeliverAsync("pull_request", Opened, "dead");
        await world.ChangeRulesAsync(Rules + """

              documents:
                on: github.pull_request.opened
                if: { facts.changed_files: { any: "docs/**" } }
                then: [ slack.post: { channel: "#dev", text: "documents" } ]
            """);
        var retries = 0;
        world.GitHub.Peer.Next(new PeerAnswer(200), when: request =>
        {
            if (request.Path.EndsWith("/files", StringComparison.Ordinal) && retries++ == 0)
            {
                AnswerAsync(world, $"/api/actions/{first.GetProperty("actions")[0].GetProperty("key").GetString()}/retry", "", HttpStatusCode.Accepted).GetAwaiter().GetResult();
            }

            return false;
        });

        var replayed = await FinishedAsync(world, await ReplayAsync(world, Id(first)));
        await FinishedAsync(world, Id(first), "done");

        // It was decided twice.
        Assert.Equal((2, "skipped"), (retries, replayed.GetProperty("actions")[0].Status()));
        Assert.Equal(["42", "Explain how the checkout retries a payment"], world.Slack.Messages.Select(m => m.Text).Order());
    }

    [Fact]
    public async Task Leaves_alone_what_is_still_under_way()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        world.Slack.Peer.Next(new PeerAnswer(500).With("Retry-After", "600"), 1, IsPost);
        var id = await world.Bot.SendGitHubAsync("pull_request", Opened);
        await world.Bot.FinishedAsync(id, "retrying");

        var replayed = await FinishedAsync(world, await ReplayAsync(world, id));

        Assert.Equal(["skipped", "skipped"], replayed.GetProperty("actions").EnumerateArray().Select(a => a.Status()));
        Assert.Equal($"still under way in {id}", replayed.GetProperty("actions")[0].Attempts()[0].GetProperty("detail").GetString());
        Assert.Equal("retrying", (await world.Bot.GetDeliveryAsync(id)).Status());
        Assert.Equal("42", Assert.Single(world.Slack.Messages).Text);
    }

    [Fact]
    public async Task Replaying_1000_recorded_deliveries_as_a_dry_run_changes_nothing_outside()
    {
        await using var world = await BotWorld.StartAsync(Rules);
        for (var i = 0; i < 1000; i++)
        {
            await world.Bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.number", i)));
        }

        await Poll.UntilAsync(() => CountAsync(world, "ignored"), count => count == 1000);
        await world.ChangeRulesAsync(Issues);
        var (calls, bytes) = (CallsOf(world), LogBytes(world));

        var answer = await AnswerAsync(world, "/api/deliveries/replay", """{ "event": "github.issues.*", "limit": 1000, "dry_run": true }""", HttpStatusCode.OK);

        Assert.Equal((1000, 1000, 0), (answer.GetProperty("deliveries").GetInt32(), answer.GetProperty("actions").GetInt32(), answer.GetProperty("omitted").GetInt32()));
        Assert.Equal(50, answer.GetProperty("ids").GetArrayLength());
        Assert.Equal(calls, CallsOf(world));
        Assert.Equal(bytes, LogBytes(world));
        Assert.Empty(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task Replays_many_by_filter_oldest_first()
    {
        await using var world = await BotWorld.StartAsync("");
        foreach (var number in new[] { 1, 2, 3 })
        {
            await world.DeliverAsync("pull_request", BotWorld.Sample("github.pull_request.opened", ("number", number)), "ignored");
        }

        await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened"), "ignored");
        await world.ChangeRulesAsync(OneMore);

        var answer = await AnswerAsync(world, "/api/deliveries/replay", """{ "event": "github.pull_request.opened", "status": "ignored", "limit": 2 }""", HttpStatusCode.Accepted);
        foreach (var id in answer.GetProperty("ids").EnumerateArray())
        {
            await FinishedAsync(world, id.GetString()!);
        }

        Assert.Equal(2, answer.GetProperty("deliveries").GetInt32());
        Assert.Equal(["also 2", "also 3"], world.Slack.Messages.Select(m => m.Text).Where(t => t!.StartsWith("also", StringComparison.Ordinal)));
        world.Verify();
    }

    [Theory]
    [InlineData("""{ "rule": "anounce" }""", "there is no rule 'anounce'; did you mean 'announce'?")]
    [InlineData("""{ "force": ["slack.pots"] }""", "'force' names 'slack.pots', which is no action of the plan; there are: slack.post, second")]
    [InlineData("""{ "with": "luck" }""", "'with' is rules or plan")]
    [InlineData("""{ "rule": "\ud800" }""", "'rule' is no text that can be read")]
    [InlineData("""{ "force": ["\ud800"] }""", "'force' is no text that can be read")]
    [InlineData("""{ "dryrun": true }""", "'dryrun' is not one of dry_run, rule, with, force")]
    public async Task Refuses_a_slip_and_does_nothing(string body, string detail)
    {
        await using var world = await BotWorld.StartAsync(Rules);
        var id = Id(await world.DeliverAsync("pull_request", Opened, "done"));

        var answer = await AnswerAsync(world, $"/api/deliveries/{id}/replay", body, HttpStatusCode.BadRequest);
        await AnswerAsync(world, "/api/deliveries/no-such-delivery/replay", "{}", HttpStatusCode.NotFound);

        Assert.Equal(detail, answer.GetProperty("detail").GetString());
        Assert.Equal(2, world.Slack.Messages.Count);
    }

    private static bool IsPost(PeerRequest request) => request.Path.EndsWith("chat.postMessage", StringComparison.Ordinal);

    private static string Id(JsonElement delivery) => delivery.GetProperty("id").GetString()!;

    private static string Decided(JsonElement delivery) => $"{delivery.GetProperty("rule_set")} {delivery.GetProperty("rules")} {delivery.GetProperty("actions")}";

    private static Task<JsonElement> FinishedAsync(BotWorld world, string id, string? status = null) => world.Bot.FinishedAsync(id, status);

    private static async Task<string> ReplayAsync(BotWorld world, string id, string body = "") =>
        Id(await AnswerAsync(world, $"/api/deliveries/{id}/replay", body, HttpStatusCode.Accepted));

    private static async Task<JsonElement> AnswerAsync(BotWorld world, string path, string body, HttpStatusCode status)
    {
        using var answer = await world.Bot.Client.PostAsync(path, new StringContent(body), Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }

    private static async Task<int> CountAsync(BotWorld world, string status) =>
        (await world.Bot.Client.GetFromJsonAsync<JsonElement>($"/api/deliveries?limit=1000&status={status}", Stop)).GetProperty("items").GetArrayLength();

    private static int CallsOf(BotWorld world) => world.Slack.Peer.Requests.Count + world.GitHub.Peer.Requests.Count;

    // The log alone: the index follows behind it, and only serves lists.
    private static long LogBytes(BotWorld world) =>
        Directory.EnumerateFiles(Path.Combine(world.Bot.Folder.Path, "data", "journal")).Sum(path => new FileInfo(path).Length);
}
