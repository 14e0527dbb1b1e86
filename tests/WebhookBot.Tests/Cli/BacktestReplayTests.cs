using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Cli;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Planning;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary>Deciding again gives what was decided, to the byte; and what differs is told, no more and no less.</summary>
public sealed class BacktestReplayTests
{
    private const string Old = """
        rules:
          everything:
            on: github.*
            then:
              - slack.post:
                  channel: "#all"
                  key: "{{delivery.event}} {{delivery.id}}"
                  text: "{{delivery.received_at}} {{json repository}} {{ago repository.created_at}} {{sender.login}} {{truncate pull_request.title 20}}{{#each commits}}{{short_sha id}}{{/each}}"
              - http: { method: POST, url: "https://example.com/{{delivery.id}}", body: { title: "{{issue.title}}", raw: "{{json pull_request.user}}" } }
          docs:
            on: github.pull_request.*
            mode: shadow
            if: { facts.changed_files: { all: ["docs/**", "**/*.md"] } }
            then: [ { github.label: { add: documentation } } ]
            else: [ { github.label: { remove: documentation } } ]
          told-files:
            on: github.pull_request.*
            unless: { pull_request.draft: true }
            then: [ { slack.post: { channel: "#files", text: "{{join facts.changed_files ', '}} of {{pull_request.changed_files}}" } } ]
          labels:
            on: [github.pull_request.*, github.issues.*, github.issue_comment.*]
            mode: shadow
            if:
              any:
                - pull_request.labels.name: { any: "b*" }
                - issue.labels: { count: { gt: 0 } }
                - delivery.received_at: { within: "Mon-Sun 00:00-12:00", zone: UTC }
            then: [ { github.comment: { key: k, body: "{{default issue.body 'none'}} {{json issue}}" } } ]
          young: { on: "github.*", if: { repository.created_at: { newer_than: 400d } }, then: [ { slack.post: { channel: "#young", text: "{{repository.full_name}}" } } ] }
          alerts:
            on: alert.firing
            if: { commonLabels.severity: [critical, warning] }
            then: [ { slack.post: { channel: "#incidents", key: "{{groupKey}}", text: "{{json commonLabels}} {{commonAnnotations.summary}}" } } ]
          resolved: { on: alertmanager.resolved, then: [ { slack.post: { channel: "#incidents", key: "{{groupKey}}", text: "over" } } ] }
          off: { on: "*", mode: "off", then: [ { slack.post: { channel: "#no", text: "never" } } ] }
        """;

    // One that goes, one that comes, one that narrows, one that widens, other texts, another mode, another action, another fact's use.
    private static readonly string New = Old
        .Replace("  resolved:", "  all-clear:", StringComparison.Ordinal)
        .Replace("[critical, warning]", "critical", StringComparison.Ordinal)
        .Replace("newer_than: 400d", "newer_than: 700d", StringComparison.Ordinal)
        .Replace("{{sender.login}}", "{{upper sender.login}}", StringComparison.Ordinal)
        .Replace("mode: \"off\"", "mode: shadow", StringComparison.Ordinal)
        .Replace("\"docs/**\", \"**/*.md\"", "\"docs/**\"", StringComparison.Ordinal)
        .Replace("    else: [ { github.label: { remove: documentation } } ]\n", "", StringComparison.Ordinal)
        .Replace("text: \"{{join facts.changed_files ', '}}", "text: \"{{facts.changed_files}}", StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Decides_again_what_was_decided_and_tells_exactly_what_other_rules_change(int seed)
    {
        await using var github = await FakeGitHub.StartAsync(TimeProvider.System);
        var shop = github.Repository("acme/shop", installation: 31415926);
        shop.AddFile(42, "docs/retries.md");
        shop.AddFile(42, seed % 2 == 0 ? "docs/more.md" : "README.md", previous: "src/old.md");
        github.Peer.Next(new PeerAnswer(404), 2, r => r.Path.EndsWith("/files", StringComparison.Ordinal));
        await using var bot = await RunningBot.StartAsync(Old, github.Settings);
        var ids = await RecordedTraffic.SendAsync(bot, new Random(seed), 60);
        var old = Load(Path.Combine(bot.Folder.Path, "rules"));

        var recorded = await ReadAsync(bot);
        Assert.Equal(ids.Order(), recorded.Select(r => r.Delivery.Id).Order());
        foreach (var delivery in recorded)
        {
            var held = await bot.Services.GetRequiredService<IJournal>().FindAsync(delivery.Delivery.Id, TestContext.Current.CancellationToken);
            Assert.Equal(JsonSerializer.Serialize(held!.Plan), JsonSerializer.Serialize(Decide(old, delivery)));
        }

        var same = await RunAsync(bot, old, old);
        Assert.InRange(ids.Count, 50, 60);
        Assert.Equal((ids.Count, 0, null, false), (same.Report.Deliveries, same.Unreadable, same.Incomplete, same.Report.HasChanges));
        Assert.Empty(same.Report.Changes);
        Assert.Empty(same.Report.Undecided);

        bot.Folder.Write("changed/sources.yml", RunningBot.Sources);
        bot.Folder.Write("changed/rules.yml", New);
        var changed = Load(Path.Combine(bot.Folder.Path, "changed"));
        AssertExact((await RunAsync(bot, old, changed)).Report, old, changed, recorded);
        AssertExact((await RunAsync(bot, changed, old)).Report, changed, old, recorded);
    }

    private static void AssertExact(BacktestReport report, RuleSet old, RuleSet @new, List<RecordedDelivery> recorded)
    {
        var expected = new List<string>();
        var told = new List<string>();
        foreach (var delivery in recorded)
        {
            var (before, after) = (Decide(old, delivery), Decide(@new, delivery));
            foreach (var rule in old.Rules.Concat(@new.Rules).Select(r => r.Name).Distinct())
            {
                var (was, becomes) = (Matched(before, rule), Matched(after, rule));
                if (was == Truth.Unknown || becomes == Truth.Unknown)
                {
                    continue;
                }

                var kind = was != becomes ? (becomes == Truth.True ? "starts" : "stops") : Actions(before, rule) != Actions(after, rule) ? "differs" : null;
                if (kind is not null)
                {
                    expected.Add($"{rule} {kind} {delivery.Delivery.Id}");
                }
            }
        }

        foreach (var change in report.Changes)
        {
            told.AddRange(change.Starts.Select(d => $"{change.Rule} starts {d.Id}"));
            told.AddRange(change.Stops.Select(d => $"{change.Rule} stops {d.Id}"));
            told.AddRange(change.Differs.Select(d => $"{change.Rule} differs {d.Id}"));
        }

        Assert.Equal(expected.Order(), told.Order());
        foreach (var kind in new[] { " starts ", " stops ", " differs " })
        {
            Assert.Contains(expected, e => e.Contains(kind, StringComparison.Ordinal));
        }
    }

    private static Truth Matched(Plan plan, string rule) => plan.Rules.FirstOrDefault(r => r.Rule == rule)?.Matched ?? Truth.False;

    private static string Actions(Plan plan, string rule) =>
        string.Join('\n', plan.Actions.Where(a => a.Rule == rule).Select(a => $"{a.Action} {a.Arguments.GetRawText()} {a.IsShadow} {a.Problem}"));

    private static Plan Decide(RuleSet rules, RecordedDelivery delivery) =>
        Planner.Plan(rules, RuleMatcher.Match(rules, delivery.ToEvent(SampleEvents.Shape(rules, delivery.Source))));

    private static RuleSet Load(string folder)
    {
        Assert.Null(CheckCommand.Load([folder], out var compilation));
        Assert.True(compilation.RuleSet is not null, string.Join('\n', compilation.Diagnostics));
        return compilation.RuleSet;
    }

    private static async Task<List<RecordedDelivery>> ReadAsync(RunningBot bot)
    {
        var all = new List<RecordedDelivery>();
        await foreach (var line in LinesAsync(bot, TestContext.Current.CancellationToken))
        {
            var recorded = RecordedDelivery.Read(line, out var problem);
            Assert.True(recorded is not null, problem);
            AssertRecorded(JsonDocument.Parse(Encoding.UTF8.GetString(line), new JsonDocumentOptions { MaxDepth = 256 }).RootElement, await bot.GetDeliveryAsync(recorded.Delivery.Id));
            all.Add(recorded);
        }

        return all;
    }

    // The line tells the same decision as the API's own answer about the delivery.
    private static void AssertRecorded(JsonElement line, JsonElement told)
    {
        string Rules(bool? matched) => string.Join(',', told.GetProperty("rules").EnumerateArray()
            .Where(r => matched is null ? r.GetProperty("matched").ValueKind == JsonValueKind.Null : r.GetProperty("matched").ValueKind == JsonValueKind.True)
            .Select(r => r.GetProperty("rule").GetString()));
        Assert.Equal(Rules(true), string.Join(',', line.GetProperty("rules").EnumerateArray().Select(r => r.GetString())));
        Assert.Equal(Rules(null), string.Join(',', line.GetProperty("undecided").EnumerateArray().Select(r => r.GetString())));
        static string Actions(JsonElement of) =>
            string.Join('\n', of.GetProperty("actions").EnumerateArray().Select(a => $"{a.GetProperty("key")} {a.GetProperty("rule")} {a.GetProperty("action")} {a.GetProperty("arguments").GetRawText()}"));
        Assert.Equal(Actions(told), Actions(line));
    }

    private static Task<BacktestOutcome> RunAsync(RunningBot bot, RuleSet old, RuleSet @new) =>
        new BacktestRun(new Backtest(old, @new), _ => { }).RunAsync(LinesAsync(bot, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

    private static async IAsyncEnumerable<byte[]> LinesAsync(RunningBot bot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // What the bot tells of its own dead letters comes at any time.
        foreach (var source in new[] { "github", "alertmanager" })
        {
            await using var stream = await bot.Client.GetStreamAsync($"/api/deliveries/export?last=10000&source={source}", cancellation);
            await foreach (var line in LineReader.ReadAsync(stream, TimeSpan.FromSeconds(30), cancellation))
            {
                yield return line;
            }
        }
    }
}
