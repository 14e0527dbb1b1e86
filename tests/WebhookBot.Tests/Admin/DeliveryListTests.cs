using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Admin;

/// <summary>What one bot that got a few deliveries shows of them.</summary>
public sealed class DeliveryListFixture : IAsyncLifetime
{
    public RunningBot Bot { get; private set; } = null!;

    /// <summary>Their ids, oldest first.</summary>
    public List<string> Ids { get; } = [];

    public DateTimeOffset Middle { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Bot = await RunningBot.StartAsync("""
            rules:
              pushes:
                on: github.push
                then:
                  - slack.post: { channel: "#dev", text: "pushed" }
            """);
        for (var i = 0; i < 5; i++)
        {
            Ids.Add(await Bot.SendGitHubAsync("push", $$$"""{"ref":"refs/heads/{{{i}}}","repository":{"full_name":"acme/shop"}}"""));
        }

        await Bot.FinishedAsync(Ids[4]);
        Middle = DateTimeOffset.UtcNow;
        await Poll.UntilAsync(() => DateTimeOffset.UtcNow > Middle.AddMilliseconds(5));
        for (var i = 0; i < 2; i++)
        {
            Ids.Add(await Bot.SendGitHubAsync("issues", $$$"""{"action":"opened","issue":{"number":{{{i}}} },"repository":{"full_name":"acme/shop"}}"""));
        }

        foreach (var id in Ids)
        {
            await Bot.FinishedAsync(id);
        }
    }

    public ValueTask DisposeAsync() => Bot.DisposeAsync();
}

public sealed class DeliveryListTests(DeliveryListFixture world) : IClassFixture<DeliveryListFixture>
{
    [Theory]
    [InlineData("", 7)]
    [InlineData("source=github", 7)]
    [InlineData("source=alertmanager", 0)]
    [InlineData("event=github.push", 5)]
    [InlineData("event=github.*", 7)]
    [InlineData("event=github.issues*", 2)]
    [InlineData("event=push", 0)]
    [InlineData("status=done", 5)]
    [InlineData("status=ignored", 2)]
    [InlineData("status=dead", 0)]
    [InlineData("rule=pushes", 5)]
    [InlineData("rule=pushes&status=done&source=github&event=github.push", 5)]
    [InlineData("rule=nothing", 0)]
    [InlineData("subject=github:acme/shop%231", 1)]
    [InlineData("subject=github:acme/shop%40refs/heads/3", 1)]
    [InlineData("since=2100-01-01T00:00:00Z", 0)]
    [InlineData("since=2020-01-01", 7)]
    [InlineData("limit=3", 3)]
    public async Task Filters(string query, int count)
    {
        var items = (await GetAsync(query)).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(count, items.Count);
        Assert.Equal(world.Ids.Where(id => items.Any(i => Id(i) == id)).Reverse(), items.Select(Id));
    }

    [Fact]
    public async Task Filters_by_time()
    {
        var items = (await GetAsync($"since={world.Middle:O}".Replace("+", "%2B", StringComparison.Ordinal))).GetProperty("items").EnumerateArray();

        Assert.Equal([world.Ids[6], world.Ids[5]], items.Select(Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&status=done")]
    [InlineData("&event=github.*")]
    public async Task Gives_every_delivery_once_over_the_pages_newest_first(string filter)
    {
        var all = (await GetAsync("limit=1000" + filter)).GetProperty("items").EnumerateArray().Select(Id).ToList();
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"limit=2{filter}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}");
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(Id));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null && paged.Count < 100);

        Assert.Equal(all, paged);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=-1")]
    [InlineData("limit=many")]
    [InlineData("limit=")]
    [InlineData("status=unknown")]
    [InlineData("status=1")]
    [InlineData("status=Done%00")]
    [InlineData("since=yesterday")]
    [InlineData("cursor=somewhere")]
    [InlineData("cursor=-1")]
    [InlineData("status=done&status=dead")]
    [InlineData("stauts=dead")]
    public async Task Refuses_a_query_that_cannot_be_read(string query)
    {
        using var answer = await world.Bot.Client.GetAsync($"/api/deliveries?{query}", TestContext.Current.CancellationToken);

        await AssertProblemAsync(answer, 400);
    }

    [Theory]
    [InlineData("/api/deliveries/nobody")]
    [InlineData("/api/deliveries/..%2f..%2fetc%2fpasswd")]
    [InlineData("/api/deliveries/%E2%80%AE")]
    [InlineData("/api/rules/nothing")]
    [InlineData("/api/nothing")]
    [InlineData("/")]
    [InlineData("/nothing?x=<script>")]
    [InlineData("/hooks")]
    public async Task Answers_a_problem_for_what_is_not_there(string path)
    {
        using var answer = await world.Bot.Client.GetAsync(path, TestContext.Current.CancellationToken);

        await AssertProblemAsync(answer, 404);
    }

    [Fact]
    public async Task Answers_a_problem_for_a_method_that_is_not_there()
    {
        using var answer = await world.Bot.Client.GetAsync("/hooks/github", TestContext.Current.CancellationToken);

        await AssertProblemAsync(answer, 405);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Shows_what_was_received_without_its_secret()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager") { Content = JsonContent.Create(new { status = "firing", groupKey = "{}:{a=\"b\"}", alerts = new[] { new { fingerprint = "f", status = "firing", startsAt = "2026-01-01T00:00:00Z", endsAt = "0001-01-01T00:00:00Z" } } }) };
        request.Headers.Authorization = new("Bearer", RunningBot.AlertmanagerToken);
        request.Headers.Add("Cookie", "session=canary-cookie");
        await using var bot = await RunningBot.StartAsync();
        using var answer = await bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var id = answer.Headers.Location!.ToString().Split('/')[^1];

        var delivery = await bot.FinishedAsync(id);

        Assert.Equal("***", delivery.GetProperty("headers").GetProperty("Authorization").GetString());
        Assert.DoesNotContain(RunningBot.AlertmanagerToken, delivery.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-cookie", delivery.ToString(), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(bot.Folder.Path, "data"), "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(RunningBot.AlertmanagerToken, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Shows_a_rule()
    {
        var rule = await world.Bot.Client.GetFromJsonAsync<JsonElement>("/api/rules/pushes", TestContext.Current.CancellationToken);

        Assert.Equal("pushes", rule.GetProperty("rule").GetString());
        Assert.Equal("github.push", rule.GetProperty("on")[0].GetString());
    }

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    private static async Task AssertProblemAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("title").GetString()));
        Assert.True(problem.TryGetProperty("type", out _), text);
    }

    private Task<JsonElement> GetAsync(string query) => world.Bot.Client.GetFromJsonAsync<JsonElement>($"/api/deliveries?{query}", TestContext.Current.CancellationToken);
}
