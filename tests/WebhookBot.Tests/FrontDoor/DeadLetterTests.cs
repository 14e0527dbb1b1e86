using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Actions whose attempts are used up, and what a person does about them.</summary>
public sealed class DeadLetterTests
{
    private const string Rules = """
        rules:
          announce:
            on: github.pull_request.opened
            then:
              - slack.post: { channel: "#dev", text: "{{pull_request.title}}" }
          note:
            on: github.issues.opened
            then:
              - slack.post: { channel: "#dev", text: "{{issue.title}}" }
        """;

    private const string WithAlarm = Rules + """

          alarm:
            on: bot.dead_letter
            then:
              - slack.post: { channel: "#incidents", text: "{{payload.rule}} {{action}} {{event}} {{attempts}} {{detail}} {{payload.delivery}} {{key}}" }
        """;

    private static readonly (string, string?)[] TwoTries = [("Actions:MaxAttempts", "2"), ("Actions:BreakAfter", "0")];
    private static readonly string Opened = BotWorld.Sample("github.pull_request.opened");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_the_whole_story_of_each_newest_first_and_in_pages()
    {
        await using var world = await BotWorld.StartAsync(Rules, TwoTries);
        Fail(world, 6);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await world.DeliverAsync(i == 1 ? "issues" : "pull_request", i == 1 ? BotWorld.Sample("github.issues.opened") : Opened, "dead")).GetProperty("id").GetString()!);
        }

        var all = await ListAsync(world);
        var first = await GetAsync(world, "/api/dead-letters?limit=2");
        var second = await GetAsync(world, $"/api/dead-letters?limit=2&cursor={first.GetProperty("next").GetString()}");

        Assert.Equal(Enumerable.Reverse(ids), all.Select(l => l.GetProperty("delivery").GetString()));
        Assert.Equal((2, 1), (first.GetProperty("items").GetArrayLength(), second.GetProperty("items").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        var letter = all[0];
        Assert.Equal(("announce", "slack.post", "github.pull_request.opened", "dead"), (Text(letter, "rule"), Text(letter, "action"), Text(letter, "event"), Text(letter, "status")));
        Assert.Equal("Explain how the checkout retries a payment", letter.GetProperty("arguments").GetProperty("text").GetString());
        Assert.Equal(["retrying", "dead"], letter.Attempts().Select(a => Text(a, "outcome")));
        Assert.Equal(letter.Attempts()[1].Time("at"), letter.Time("died_at"));
        Assert.Equal(ids[1], Text(Assert.Single(await ListAsync(world, "?rule=note&source=github&action=slack.post")), "delivery"));
        Assert.Empty(await ListAsync(world, "?action=github.label"));
        Assert.Empty(await ListAsync(world, "?since=2999-01-01T00:00:00Z"));
        using var odd = await world.Bot.Client.GetAsync("/api/dead-letters?rul=note", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
    }

    [Fact]
    public async Task A_retry_of_a_dead_action_after_a_restart_does_it_and_says_that_a_person_asked()
    {
        await using var world = await BotWorld.StartAsync(Rules, TwoTries);
        Fail(world, 3);
        var id = (await world.DeliverAsync("pull_request", Opened, "dead")).GetProperty("id").GetString()!;
        await world.RestartAsync();
        var key = Text(Assert.Single(await ListAsync(world)), "key");

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(world, $"/api/actions/{key}/retry"));
        var delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(["retrying", "dead", "pending", "retrying", "succeeded"], delivery.Action("announce").Attempts().Select(a => Text(a, "outcome")));
        Assert.Contains("a person asked", Text(delivery.Action("announce").Attempts()[2], "detail"), StringComparison.Ordinal);
        Assert.Single(world.Slack.Messages);
        Assert.Empty(await ListAsync(world));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(world, $"/api/actions/{key}/retry"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(world, "/api/actions/no%2Fsuch%20key/retry"));
        Assert.Single(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task Retries_in_bulk_by_filter()
    {
        await using var world = await BotWorld.StartAsync(Rules, TwoTries);
        Fail(world, 8);
        for (var i = 0; i < 3; i++)
        {
            await world.DeliverAsync("pull_request", Opened, "dead");
        }

        var issue = (await world.DeliverAsync("issues", BotWorld.Sample("github.issues.opened"), "dead")).GetProperty("id").GetString();

        var retried = await AnswerAsync(world, "/api/actions/retry", """{ "status": "dead", "source": "github", "rule": "announce" }""");
        await Poll.UntilAsync(() => Task.FromResult(world.Slack.Messages.Count), count => count == 3);

        Assert.Equal(3, retried.GetProperty("retried").GetInt32());
        Assert.Equal(issue, Text(Assert.Single(await ListAsync(world)), "delivery"));
        Assert.Equal(0, (await AnswerAsync(world, "/api/actions/retry", """{ "status": "dead", "rule": "announce" }""")).GetProperty("retried").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(world, "/api/actions/retry", """{ "status": "dead", "rul": "announce" }"""));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(world, "/api/actions/retry", """{ "rule": "announce" }"""));
        world.Verify();
    }

    [Fact]
    public async Task Closes_one_with_a_reason_for_good()
    {
        await using var world = await BotWorld.StartAsync(Rules, TwoTries);
        Fail(world, 2);
        var id = (await world.DeliverAsync("pull_request", Opened, "dead")).GetProperty("id").GetString()!;
        var key = Text(Assert.Single(await ListAsync(world)), "key");

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(world, $"/api/actions/{key}/close", "{}"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(world, $"/api/actions/{key}/close", """{ "reason": "told them by phone" }"""));
        await world.RestartAsync();
        var delivery = await world.Bot.FinishedAsync(id);

        Assert.Equal(("done", "skipped"), (delivery.Status(), delivery.Action("announce").Status()));
        Assert.Equal("told them by phone", Text(delivery.Action("announce").Attempts()[^1], "detail"));
        Assert.Empty(await ListAsync(world));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(world, $"/api/actions/{key}/retry"));
        Assert.Empty(world.Slack.Messages);
    }

    [Fact]
    public async Task A_dead_letter_fires_bot_dead_letter_once()
    {
        await using var world = await BotWorld.StartAsync(WithAlarm, TwoTries);
        Fail(world, 2);
        var delivery = await world.DeliverAsync("pull_request", Opened, "dead");

        await Poll.UntilAsync(() => Task.FromResult(world.Slack.Messages.Count), count => count == 1);
        await world.RestartAsync();
        var told = Assert.Single(await BotEventsAsync(world));
        await world.Bot.FinishedAsync(Text(told, "id"), "done");

        var key = Text(delivery.Action("announce"), "key");
        Assert.Equal(
            $"announce slack.post github.pull_request.opened 2 gave up after 2 attempts: Slack answered 500 to chat.postMessage (it may have been done all the same) {Text(delivery, "id")} {key}",
            Assert.Single(world.Slack.Messages).Text);
        world.Verify();
    }

    [Fact]
    public async Task A_dead_letter_of_a_rule_about_dead_letters_makes_no_other()
    {
        await using var world = await BotWorld.StartAsync(WithAlarm, TwoTries);
        Fail(world, int.MaxValue);
        await world.DeliverAsync("pull_request", Opened, "dead");

        var letters = await Poll.UntilAsync(() => ListAsync(world), letters => letters.Count == 2);

        Assert.Equal(["alarm", "announce"], letters.Select(l => Text(l, "rule")));
        Assert.Single(await BotEventsAsync(world));
    }

    [Fact]
    public async Task A_page_of_another_origin_changes_nothing()
    {
        await using var world = await BotWorld.StartAsync(Rules, TwoTries);
        Fail(world, 2);
        await world.DeliverAsync("pull_request", Opened, "dead");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/actions/retry") { Content = new StringContent("""{ "status": "dead" }""") };
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await world.Bot.Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Single(await ListAsync(world));
    }

    private static void Fail(BotWorld world, int times) =>
        world.Slack.Peer.Next(new PeerAnswer(500), times, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));

    private static string Text(JsonElement thing, string name) => thing.GetProperty(name).GetString()!;

    private static Task<JsonElement> GetAsync(BotWorld world, string path) => world.Bot.Client.GetFromJsonAsync<JsonElement>(path, Stop);

    private static async Task<List<JsonElement>> ListAsync(BotWorld world, string query = "") =>
        [.. (await GetAsync(world, "/api/dead-letters" + query)).GetProperty("items").EnumerateArray()];

    private static async Task<List<JsonElement>> BotEventsAsync(BotWorld world) =>
        [.. (await GetAsync(world, "/api/deliveries?source=bot")).GetProperty("items").EnumerateArray()];

    private static async Task<HttpStatusCode> PostAsync(BotWorld world, string path, string body = "")
    {
        using var answer = await world.Bot.Client.PostAsync(path, new StringContent(body), Stop);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> AnswerAsync(BotWorld world, string path, string body)
    {
        using var answer = await world.Bot.Client.PostAsync(path, new StringContent(body), Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
