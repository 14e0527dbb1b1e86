using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>What GitHub itself sends, signed by its own signer.</summary>
public sealed class OctokitExamplesTests
{
    // Rules that look at many events, and at much that most of them lack.
    private const string Rules = """
        rules:
          everything:
            on: github.*
            then:
              - slack.post:
                  channel: "#all"
                  key: "{{delivery.event}} {{pull_request.number}}"
                  text: "{{sender.login}}: {{truncate pull_request.title 20}}{{issue.title}}{{comment.body}} {{#each commits}}{{id}} {{/each}}"
          every-action:
            on: github.*.created
            mode: shadow
            if: { sender.type: [User, Bot], issue: null }
            then:
              - http: { method: POST, url: "https://example.com/{{delivery.id}}", body: { title: "{{issue.title}}", sender: "{{sender.login}}" } }
          labels:
            on: [github.pull_request.*, github.issues.*, github.issue_comment.*]
            if:
              any:
                - pull_request.labels.name: { any: "b*" }
                - issue.labels.name: { contains: bug }
                - issue.labels: { count: { gt: 0 } }
            unless: { sender.login: { matches: "^dependabot" } }
            then:
              - github.label: { add: seen }
            else:
              - github.label: { remove: [seen, "{{label.name}}"] }
          ages:
            on: github.*
            if:
              all:
                - { repository.created_at: { older_than: 1h } }
                - { repository.stargazers_count: { gte: 0 } }
                - { delivery.received_at: { within: "Mon-Sun 00:00-24:00", zone: UTC } }
            then:
              - github.comment: { key: "{{repository.full_name}}", body: "{{json repository.owner}} {{default issue.body 'none'}}" }
        """;

    [Fact]
    public async Task Takes_and_works_off_every_example()
    {
        var examples = await OctokitSigner.SignExamplesAsync(RunningBot.GitHubSecret);
        Assert.Equal(329, examples.Count);
        await using var bot = await RunningBot.StartAsync(Rules);
        var taken = new ConcurrentDictionary<string, SignedExample>();

        await Parallel.ForEachAsync(examples, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (example, _) =>
        {
            using var request = RunningBot.GitHubRequest(example.Event, Encoding.UTF8.GetBytes(example.Body), Guid.NewGuid().ToString());
            request.Headers.Remove("X-Hub-Signature-256");
            request.Headers.Add("X-Hub-Signature-256", example.Signature);
            using var answer = await bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{example.Event}.{example.Action} {example.Index}: {answer.StatusCode}");
            var said = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            taken[said.GetProperty("id").GetString()!] = example;
        });

        Assert.Equal(329, taken.Count);
        foreach (var (id, example) in taken)
        {
            var delivery = await bot.FinishedAsync(id);
            Assert.True(delivery.Status() is "done" or "ignored", $"{example.Event}.{example.Action} {example.Index}: {delivery}");
            Assert.Equal(JsonValueKind.Null, delivery.GetProperty("problem").ValueKind);
            Assert.StartsWith($"github.{example.Event}", delivery.GetProperty("event").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(delivery.GetProperty("rules").EnumerateArray());
        }
    }

    [Theory]
    [InlineData("quantum_merge", """{"action":"entangled","repository":{"full_name":"acme/shop"},"sender":{"login":"octocat"}}""", "github.quantum_merge.entangled")]
    [InlineData("quantum_merge", "{}", "github.quantum_merge")]
    [InlineData("ping", """{"zen":"Design for failure.","hook_id":1,"hook":{"type":"App"}}""", "github.ping")]
    [InlineData("repository_dispatch", """{"action":"deploy to staging!","repository":{"full_name":"acme/shop"}}""", "github.repository_dispatch.deploy_to_staging_")]
    [InlineData("issues", """{"action":{"not":"a text"},"issue":{"number":7}}""", "github.issues")]
    public async Task Takes_what_nobody_knows_yet(string eventName, string body, string named)
    {
        await using var bot = await RunningBot.StartAsync(Rules);

        var delivery = await bot.FinishedAsync(await bot.SendGitHubAsync(eventName, body));

        Assert.Equal("done", delivery.Status());
        Assert.Equal(named, delivery.GetProperty("event").GetString());
        Assert.Equal(JsonValueKind.Null, delivery.GetProperty("problem").ValueKind);
    }
}
