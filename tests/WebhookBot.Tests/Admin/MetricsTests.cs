using System.Globalization;
using System.Text.RegularExpressions;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Faults;

namespace WebhookBot.Tests.Admin;

/// <summary>What <c>/metrics</c> shows, and that nobody who sends can make it grow.</summary>
public sealed partial class MetricsTests
{
    private const string Rules = """
        rules:
          told:
            on: github.push
            then: [ slack.post: { channel: "#dev", text: "pushed" } ]
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_parses_and_names_every_measurement_that_the_handbook_names()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        await bot.FinishedAsync(await bot.SendGitHubAsync("push", "{}"));
        var page = await Poll.UntilAsync(() => bot.Client.GetStringAsync("/metrics", Stop), text => text.Contains("rule=\"told\"", StringComparison.Ordinal) && text.Contains("webhookbot_deliveries_duration_seconds", StringComparison.Ordinal));

        var series = Parse(page);
        var handbook = await File.ReadAllTextAsync(Repository.PathOf("docs", "operations.md"), Stop);
        var documented = Documented().Matches(handbook).Select(m => m.Groups["name"].Value).ToHashSet();
        var own = series.Keys.Select(NameOf).Where(n => n.StartsWith("webhookbot_", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal([], own.Except(documented));

        // These are there only once something went wrong, or was done for real.
        Assert.Equal([], documented.Except(own).Except(["webhookbot_connections_ended_total", "webhookbot_dead_letters_total", "webhookbot_log_left_out_total", "webhookbot_missed_deliveries_total", "webhookbot_missed_sweeps_total", "webhookbot_rules_duration_seconds"]).Where(n => n.StartsWith("webhookbot_", StringComparison.Ordinal)));
        Assert.Equal(1, series.First(s => s.Key.StartsWith("webhookbot_journal_writable", StringComparison.Ordinal)).Value);
        Assert.All(series.Where(s => s.Key.Contains("_bytes", StringComparison.Ordinal)), s => Assert.True(s.Value >= 0, s.Key));
    }

    [Fact]
    public async Task Each_source_rule_action_and_target_has_its_count_and_its_times()
    {
        await using var target = await StandIn.StartAsync();
        await using var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step), [.. FaultBot.Settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]);
        await bot.Client.SendAsync("counted-and-timed");
        await bot.FinishedAsync("counted-and-timed");

        var page = await Poll.UntilAsync(() => bot.Client.GetStringAsync("/metrics", Stop), text => text.Contains("webhookbot_rules_duration_seconds_count{", StringComparison.Ordinal));

        var counted = Parse(page).Where(s => s.Value > 0).Select(s => s.Key).ToList();
        foreach (var (name, label) in new[]
        {
            ("webhookbot_intake_requests_total", "source=\"github\""), ("webhookbot_intake_duration_seconds_count", "source=\"github\""),
            ("webhookbot_rules_matched_total", "rule=\"tell\""), ("webhookbot_rules_duration_seconds_count", "rule=\"tell\""),
            ("webhookbot_actions_attempts_total", "action=\"http\""), ("webhookbot_actions_duration_seconds_count", "action=\"http\""),
            ("webhookbot_targets_attempts_total", "target=\""), ("webhookbot_targets_duration_seconds_count", "target=\""),
        })
        {
            Assert.Contains(counted, s => s.StartsWith($"{name}{{", StringComparison.Ordinal) && s.Contains(label, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Ten_thousand_hostile_names_do_not_make_it_grow()
    {
        await using var bot = await RunningBot.StartAsync(Rules);
        await AttackAsync(bot, 0, 20);
        var before = await SeriesAsync(bot);

        await AttackAsync(bot, 20, 10_000);

        var after = await SeriesAsync(bot);
        Assert.DoesNotContain(after, name => name.Contains("hostile", StringComparison.Ordinal));
        Assert.Equal([], after.Except(before));
    }

    private static Task AttackAsync(RunningBot bot, int from, int to) => Parallel.ForAsync(from, to, Stop, async (i, stop) =>
    {
        using var unknown = await bot.Client.PostAsync($"/hooks/hostile-{i}\"%0A", null, stop);
        Assert.Equal(404, (int)unknown.StatusCode);
        if (i % 20 == 0)
        {
            await bot.SendGitHubAsync($"hostile_{i}", $$"""{"action":"hostile-{{i}}"}""");
        }
    });

    // Of the bot's own; other tests of this process may add rules of theirs.
    private static async Task<List<string>> SeriesAsync(RunningBot bot) =>
        [.. Parse(await bot.Client.GetStringAsync("/metrics", Stop)).Keys.Where(k => k.StartsWith("webhookbot_intake", StringComparison.Ordinal) && (k.Contains("unknown", StringComparison.Ordinal) || k.Contains("hostile", StringComparison.Ordinal)))];

    private static string NameOf(string series) => Histogram().Replace(series.Split('{')[0], "");

    /// <summary>The exposition format, strictly: every line is a comment of the two kinds, or a sample of a family that was announced.</summary>
    private static Dictionary<string, double> Parse(string page)
    {
        var series = new Dictionary<string, double>();
        var types = new HashSet<string>();
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                var match = Comment().Match(line);
                Assert.True(match.Success || line == "# EOF", line);
                Assert.True(match.Groups["type"].Value.Length == 0 || types.Add(match.Groups["name"].Value), $"twice: {line}");
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.True(series.TryAdd(sample.Groups["series"].Value, double.Parse(sample.Groups["value"].Value.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)), $"twice: {line}");
            Assert.Contains(types, type => sample.Groups["series"].Value.StartsWith(type, StringComparison.Ordinal));
        }

        return series;
    }

    [GeneratedRegex(@"^\| `(?<name>\w+)`", RegexOptions.Multiline)]
    private static partial Regex Documented();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Histogram();

    [GeneratedRegex(@"^# (TYPE (?<name>[a-zA-Z_:][\w:]*) (?<type>counter|gauge|histogram|summary|untyped|unknown|info)|(HELP|UNIT) [a-zA-Z_:][\w:]* ?.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<series>[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*"(,|(?=\})))*\})?) (?<value>[+-]?(\d[\d.eE+-]*|Inf|NaN))( \d+)?$""")]
    private static partial Regex Sample();
}
