using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Cli;
using WebhookBot.Journal;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Admin;

/// <summary>Deliveries as they came and what was decided, a line each.</summary>
public sealed class DeliveryExportTests
{
    private const string Rules = """
        rules:
          tell:
            on: github.issues.*
            if: { issue.title: "*" }
            then: [ { slack.post: { channel: "#dev", text: "{{issue.title}}" } } ]
          watch:
            on: github.issues.*
            mode: shadow
            then: [ { github.label: { add: seen } } ]
          files:
            on: github.pull_request.*
            if: { facts.changed_files: { any: "docs/**" } }
            then: [ { github.label: { add: docs } } ]
        """;

    [Fact]
    public async Task Gives_payloads_that_are_as_deep_as_a_digest_of_the_deepest()
    {
        await using var bot = await RunningBot.StartAsync("rules: {}");
        const int Levels = DeliveryBody.MaxDepth + 2;
        await bot.Services.GetRequiredService<IJournal>().AppendAsync(
            new DeliveryDraft
            {
                Source = "digest",
                SenderId = "0123456789abcdef0123456789abcdef",
                Event = "digest.r",
                ReceivedAt = DateTimeOffset.UtcNow,
                Headers = [],
                Body = Encoding.UTF8.GetBytes(new string('[', Levels) + new string(']', Levels)),
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(JsonValueKind.Array, Assert.Single(await ExportAsync(bot, "")).GetProperty("payload").ValueKind);
    }

    [Fact]
    public async Task Leaves_replays_out_also_of_how_many_are_asked_for()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        var issues = new List<string>();
        foreach (var title in (string[])["a", "b"])
        {
            issues.Add(await bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened", ("issue.title", title))));
            await bot.FinishedAsync(issues[^1]);
        }

        using var body = new StringContent("""{"dry_run":false}""", Encoding.UTF8, "application/json");
        using var replayed = await bot.Client.PostAsync($"/api/deliveries/{issues[1]}/replay", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, replayed.StatusCode);

        Assert.Equal([issues[1], issues[0]], (await ExportAsync(bot, "?last=2")).Select(l => l.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Gives_each_delivery_with_what_was_decided_newest_first()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        var issue = await bot.SendGitHubAsync("issues", """{"action":"opened","issue":{"title":"It \ud800 broke","number":7},"repository":{"full_name":"acme/shop"}}""");
        await bot.FinishedAsync(issue);
        var pull = await bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened"));
        await bot.FinishedAsync(pull);

        var lines = await ExportAsync(bot, "");

        Assert.Equal([pull, issue], lines.Select(l => l.GetProperty("id").GetString()));
        Assert.Equal(["github.pull_request.opened", "github.issues.opened"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.Equal(["source", "github"], ["source", lines[1].GetProperty("source").GetString()]);
        Assert.Equal("github:acme/shop#7", lines[1].GetProperty("subject").GetString());
        Assert.Equal(["tell", "watch"], lines[1].GetProperty("rules").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(["files"], lines[0].GetProperty("undecided").EnumerateArray().Select(r => r.GetString()));
        Assert.Contains("GitHub cannot be asked", lines[0].GetProperty("facts").GetProperty("changed_files").GetProperty("problem").GetString(), StringComparison.Ordinal);
        var actions = lines[1].GetProperty("actions").EnumerateArray().ToList();
        Assert.Equal(["slack.post", "github.label"], actions.Select(a => a.GetProperty("action").GetString()));
        Assert.Equal([false, true], actions.Select(a => a.GetProperty("shadow").GetBoolean()));
        Assert.Equal("It \uFFFD broke", actions[0].GetProperty("arguments").GetProperty("text").GetString());
        Assert.Equal("\"It \\ud800 broke\"", lines[1].GetProperty("payload").GetProperty("issue").GetProperty("title").GetRawText());
    }

    [Theory]
    [InlineData("{\n  \"action\": \"opened\",\r\n  \"a\\nb\": [1.50, 1e400, \"\\u00e4\"]\n}", true)]
    [InlineData("{ \"action\":\t\"opened\" , \"big\": 123456789012345678901234567890 }", false)]
    public async Task Changes_nothing_of_a_payload(string body, bool hasLines)
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        await bot.SendGitHubAsync("push", "\uFEFF" + body);

        var line = Assert.Single(await ExportAsync(bot, ""));

        Assert.Equal(body.Replace('\n', ' ').Replace('\r', ' '), line.GetProperty("payload").GetRawText());
        Assert.Equal(hasLines ? body : null, line.TryGetProperty("body", out var asItCame) ? asItCame.GetString() : null);
        var read = RecordedDelivery.Read(Encoding.UTF8.GetBytes(line.GetRawText()), out var problem);
        Assert.True(read is not null, problem);
        Assert.Equal(body, read.Payload.GetRawText());
    }

    [Fact]
    public async Task Gives_a_payload_that_is_nested_as_deep_as_may_be()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        await bot.SendGitHubAsync("push", string.Concat(Enumerable.Repeat("{\"a\":", 63)) + "{}" + new string('}', 63));

        var line = Assert.Single(await ExportAsync(bot, ""));

        Assert.NotNull(RecordedDelivery.Read(Encoding.UTF8.GetBytes(line.GetRawText()), out _));
    }

    [Fact]
    public async Task Says_of_a_body_that_is_no_json_that_it_is_none()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        var draft = new DeliveryDraft
        {
            Source = "github",
            SenderId = "0123456789abcdef",
            Event = "github.push",
            ReceivedAt = DateTimeOffset.UnixEpoch,
            Headers = [],
            Body = "{ nonsense\n"u8.ToArray(),
        };
        await bot.Services.GetRequiredService<IJournal>().AppendAsync(draft, TestContext.Current.CancellationToken);

        var line = Assert.Single(await ExportAsync(bot, "?source=github"));

        Assert.Equal(JsonValueKind.Null, line.GetProperty("payload").ValueKind);
        Assert.Null(RecordedDelivery.Read(Encoding.UTF8.GetBytes(line.GetRawText()), out var problem));
        Assert.Equal("0123456789abcdef: the body is no JSON", problem);
    }

    [Fact]
    public async Task Gives_only_what_is_asked_for()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        foreach (var (name, body) in new[] { ("push", "{}"), ("issues", """{"action":"opened"}"""), ("issues", """{"action":"closed"}"""), ("push", "{ }") })
        {
            await bot.SendGitHubAsync(name, body);
        }

        Assert.Equal(["github.push", "github.issues.closed"], await EventsAsync(bot, "?last=2"));
        Assert.Equal(["github.issues.closed", "github.issues.opened"], await EventsAsync(bot, "?event=github.issues.*"));
        Assert.Equal(["github.issues.opened"], await EventsAsync(bot, "?event=github.issues.opened&source=github&last=7&since=2020-01-01"));
        Assert.Empty(await EventsAsync(bot, "?source=gitea"));
        Assert.Empty(await EventsAsync(bot, "?since=2999-01-01T00:00:00Z"));
    }

    [Theory]
    [InlineData("?last=0", "'last' is a number from 1 to")]
    [InlineData("?last=-1", "'last' is a number from 1 to")]
    [InlineData("?last=1000001", "'last' is a number from 1 to")]
    [InlineData("?last=ten", "'last' is a number from 1 to")]
    [InlineData("?since=yesterday", "'since' is a time such as")]
    [InlineData("?since=", "'since' is a time such as")]
    [InlineData("?limit=7", "'limit' is not one of last, since, source, event")]
    [InlineData("?last=1&last=2", "'last' is not one of")]
    public async Task Refuses_a_query_that_it_cannot_read(string query, string why)
    {
        await using var bot = await RunningBot.StartAsync();

        using var answer = await bot.Client.GetAsync("/api/deliveries/export" + query, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(why, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<List<string?>> EventsAsync(RunningBot bot, string query) =>
        [.. (await ExportAsync(bot, query)).Select(l => l.GetProperty("event").GetString())];

    private static async Task<List<JsonElement>> ExportAsync(RunningBot bot, string query)
    {
        using var answer = await bot.Client.GetAsync("/api/deliveries/export" + query, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(text.Length == 0 || text.EndsWith('\n'));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 128 }).RootElement)];
    }
}
