using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.FrontDoor;

public sealed class FirstDeliveryTests
{
    private const string Rules = """
        rules:
          announce:
            on: github.pull_request.opened
            if: { pull_request.draft: false }
            then:
              - slack.post: { channel: "#dev", text: "{{pull_request.title}}" }
        """;

    private static readonly string Opened = Encoding.UTF8.GetString(SampleCatalog.Find("github.pull_request.opened")!);

    [Fact]
    public async Task Takes_a_signed_delivery_and_tells_which_rules_matched_and_why()
    {
        await using var bot = await RunningBot.StartAsync(Rules);

        var id = await bot.SendGitHubAsync("pull_request", Opened, "6f1e2d3c-0000-4000-8000-000000000001");
        var delivery = await bot.FinishedAsync(id);

        Assert.Equal("6f1e2d3c-0000-4000-8000-000000000001", id);
        Assert.Equal("done", delivery.GetProperty("status").GetString());
        Assert.Equal("github:acme/shop#42", delivery.GetProperty("subject").GetString());
        var rule = Assert.Single(delivery.GetProperty("rules").EnumerateArray());
        Assert.True(rule.GetProperty("matched").GetBoolean());
        Assert.Equal("pull_request.draft: false", rule.GetProperty("explanation").GetProperty("condition").GetString());
        Assert.Equal("false", rule.GetProperty("explanation").GetProperty("seen").GetString());
        var action = Assert.Single(delivery.GetProperty("actions").EnumerateArray());
        Assert.Equal("shadow", action.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Answers_a_duplicate_with_the_first_deliverys_id()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        var id = await bot.SendGitHubAsync("pull_request", Opened);

        using var again = await bot.PostGitHubAsync("pull_request", Opened, id);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var said = await again.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(id, said.GetProperty("id").GetString());
        Assert.True(said.GetProperty("duplicate").GetBoolean());
    }
}
