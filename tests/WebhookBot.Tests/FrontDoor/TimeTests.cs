using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>Rules that act later, less often, once for many, or by the clock; through restarts.</summary>
public sealed class TimeTests
{
    private const string Nudge = """
        rules:
          nudge:
            on: github.pull_request.ready_for_review
            wait: 24h
            cancel_on: [github.pull_request.closed]
            still: { facts.changed_files: "docs/**", pull_request.draft: false }
            then:
              - slack.post: { channel: "#dev", text: "{{number}} waits" }
        """;

    [Fact]
    public async Task A_wait_ends_once_at_its_time_although_the_bot_was_restarted_in_between()
    {
        await using var world = await BotWorld.StartAsync(Nudge);
        world.Shop.AddFile(42, "docs/a.md");
        var id = await ReadyAsync(world);
        var waiting = await world.Bot.FinishedAsync(id, "planned");
        Assert.Equal("waiting", waiting.Action("nudge").Status());
        Assert.StartsWith("waits until", waiting.Rule("nudge").GetProperty("note").GetString(), StringComparison.Ordinal);

        await world.RestartAsync(TimeSpan.FromHours(12));
        world.Clock.Jump(TimeSpan.FromHours(11.9));
        await world.DeliverAsync("pull_request", Sample("github.pull_request.synchronize"));
        Assert.Empty(world.Slack.Messages);

        world.Clock.Jump(TimeSpan.FromHours(0.2));
        await world.Bot.FinishedAsync(id, "done");
        Assert.Equal("42 waits", Assert.Single(world.Slack.Messages).Text);
        await world.RestartAsync(TimeSpan.FromDays(2));
        await world.DeliverAsync("pull_request", Sample("github.pull_request.synchronize"));
        Assert.Single(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task A_wait_is_called_off_by_an_event_of_the_same_subject_and_no_other()
    {
        await using var world = await BotWorld.StartAsync(Nudge);
        world.Shop.AddFile(42, "docs/a.md");
        world.Shop.AddFile(43, "docs/a.md");
        var first = await ReadyAsync(world);
        var second = await ReadyAsync(world, 43);
        await world.Bot.FinishedAsync(second, "planned");

        var closed = await world.Bot.SendGitHubAsync("pull_request", Sample("github.pull_request.closed"));
        var delivery = await world.Bot.FinishedAsync(first, "done");

        var attempt = Assert.Single(delivery.Action("nudge").Attempts());
        Assert.Equal(("skipped", $"called off by github.pull_request.closed (delivery {closed})"), (attempt.GetProperty("outcome").GetString(), attempt.GetProperty("detail").GetString()));
        Assert.Equal($"called off: slack.post of nudge (delivery {first})", (await world.Bot.FinishedAsync(closed)).GetProperty("note").GetString());
        world.Clock.Jump(TimeSpan.FromHours(25));
        await world.Bot.FinishedAsync(second, "done");
        Assert.Equal("43 waits", Assert.Single(world.Slack.Messages).Text);
    }

    [Fact]
    public async Task A_wait_comes_to_nothing_when_what_was_so_is_not_so_any_more()
    {
        await using var world = await BotWorld.StartAsync(Nudge);
        world.Shop.AddFile(42, "docs/a.md");
        var id = await ReadyAsync(world);
        await world.Bot.FinishedAsync(id, "planned");

        world.Shop.FilesOf(42).Clear();
        world.Shop.AddFile(42, "src/a.cs");
        world.Clock.Jump(TimeSpan.FromHours(25));
        var attempt = Assert.Single((await world.Bot.FinishedAsync(id, "done")).Action("nudge").Attempts());

        Assert.Equal("skipped", attempt.GetProperty("outcome").GetString());
        Assert.StartsWith("does not hold any more: ✗ ", attempt.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("rules.yml(", attempt.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("src/a.cs", attempt.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(world.Slack.Messages);
    }

    [Fact]
    public async Task A_throttle_lets_its_number_through_and_remembers_it_after_a_restart()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              loud:
                on: github.push
                throttle: { key: "{{repository.full_name}}", limit: 2, per: 1h }
                then: [ slack.post: { channel: "#dev", text: "{{after}}" } ]
            """);
        await PushAsync(world, "a");
        await PushAsync(world, "b");
        var dropped = await PushAsync(world, "c");
        await world.RestartAsync(TimeSpan.FromMinutes(10));
        await PushAsync(world, "d");
        Assert.Equal(["a", "b"], world.Slack.Messages.Select(m => m.Text));
        Assert.Empty(dropped.GetProperty("actions").EnumerateArray());
        Assert.StartsWith("dropped by its throttle: 2 within 01:00:00", dropped.Rule("loud").GetProperty("note").GetString(), StringComparison.Ordinal);

        world.Clock.Jump(TimeSpan.FromMinutes(55));
        await PushAsync(world, "e");
        Assert.Equal(["a", "b", "e"], world.Slack.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task A_debounce_does_only_the_last_and_only_when_it_is_quiet()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              settled:
                on: github.push
                debounce: { key: "{{ref}}", for: 5m }
                then: [ slack.post: { channel: "#dev", text: "{{after}}" } ]
            """);
        var first = (await PushAsync(world, "a", "planned")).GetProperty("id").GetString()!;
        world.Clock.Jump(TimeSpan.FromMinutes(3));
        var second = (await PushAsync(world, "b", "planned")).GetProperty("id").GetString()!;
        await world.RestartAsync(TimeSpan.FromMinutes(3));

        var replaced = Assert.Single((await world.Bot.FinishedAsync(first, "done")).Action("settled").Attempts());
        Assert.Equal($"replaced by delivery {second}, which came later", replaced.GetProperty("detail").GetString());
        Assert.Empty(world.Slack.Messages);
        world.Clock.Jump(TimeSpan.FromMinutes(3));
        await world.Bot.FinishedAsync(second, "done");
        Assert.Equal("b", Assert.Single(world.Slack.Messages).Text);
    }

    private const string Daily = """
        rules:
          summary:
            on: github.push
            if: { ref: refs/heads/main }
            digest: { key: "{{repository.full_name}}", every: 1h, max: 3 }
            then:
              - slack.post: { channel: "#dev", text: "{{count}} pushes to {{key}}: {{#each events}}{{after}} {{delivery.event}}; {{/each}}" }
        """;

    [Fact]
    public async Task A_digest_gathers_through_a_restart_and_is_told_once()
    {
        await using var world = await BotWorld.StartAsync(Daily);
        var first = (await PushAsync(world, "a", "planned")).GetProperty("id").GetString()!;
        await world.RestartAsync(TimeSpan.FromMinutes(30));
        var second = (await PushAsync(world, "b", "planned")).GetProperty("id").GetString()!;
        Assert.Empty(world.Slack.Messages);

        await world.RestartAsync(TimeSpan.FromMinutes(31));
        await world.Bot.FinishedAsync(first, "done");
        var gathered = await world.Bot.FinishedAsync(second, "done");
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);
        Assert.Equal("2 pushes to acme/shop: a github.push; b github.push; ", world.Slack.Messages[0].Text);
        var told = gathered.Action("summary").Attempts()[^1].GetProperty("detail").GetString()!.Split(' ')[3].TrimEnd(',');
        Assert.Equal("digest.summary", (await world.Bot.FinishedAsync(told, "done")).GetProperty("event").GetString());

        await PushAsync(world, "c", "planned");
        await world.RestartAsync(TimeSpan.FromHours(2));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 2);
        Assert.Equal("1 pushes to acme/shop: c github.push; ", world.Slack.Messages[1].Text);
    }

    [Fact]
    public async Task A_digest_whose_rule_is_gone_is_not_told_and_says_so()
    {
        await using var world = await BotWorld.StartAsync(Daily);
        var gathered = (await PushAsync(world, "a", "planned")).GetProperty("id").GetString()!;
        await world.ChangeRulesAsync(Daily.Replace("summary", "renamed", StringComparison.Ordinal));

        await world.RestartAsync(TimeSpan.FromHours(2));

        var action = (await world.Bot.FinishedAsync(gathered, "done")).Action("summary");
        Assert.Equal("skipped", action.Status());
        Assert.Equal("not told: there is no rule 'summary' any more", action.Attempts()[^1].GetProperty("detail").GetString());
        Assert.Empty(world.Slack.Messages);
    }

    [Fact]
    public async Task A_digest_of_alerts_tells_what_all_senders_of_alerts_have_in_common()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              summary:
                on: [alert.firing, github.push]
                digest: { every: 1h, max: 2 }
                then: [ slack.post: { channel: "#dev", text: "{{#each events}}{{delivery.source}}: {{alert.name}} {{alert.severity}} {{alert.labels.team}}; {{/each}}" } ]
            """);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager") { Content = new StringContent(Sample("alertmanager.firing", ("alert", "its own")), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", RunningBot.AlertmanagerToken);
        using var answer = await world.Bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await world.Bot.SendGitHubAsync("push", Push("a"));

        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal(["alertmanager: HighErrorRate critical payments", "github:", ""], world.Slack.Messages[0].Text!.Split(';').Select(t => t.Trim()).Order(StringComparer.Ordinal).OrderBy(t => t.Length == 0));
    }

    [Fact]
    public async Task A_digest_that_is_full_is_told_at_once()
    {
        await using var world = await BotWorld.StartAsync(Daily);
        foreach (var after in new[] { "a", "b", "c", "d" })
        {
            await world.Bot.SendGitHubAsync("push", Push(after));
        }

        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);
        Assert.Equal("3 pushes to acme/shop: a github.push; b github.push; c github.push; ", world.Slack.Messages[0].Text);
        world.Clock.Jump(TimeSpan.FromHours(2));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 2);
        Assert.Equal("1 pushes to acme/shop: d github.push; ", world.Slack.Messages[1].Text);
    }

    [Fact]
    public async Task Keys_that_are_no_whole_text_or_begin_alike_gather_what_is_theirs()
    {
        await using var world = await BotWorld.StartAsync(Daily.Replace("{{repository.full_name}}", "{{base_ref}}").Replace("{{key}}", "x"));
        var begin = new string('k', 499);
        foreach (var (after, key) in new[] { ("a", "\ud83d\ude00"), ("b", "1\ud83d\ude00"), ("c", "2\ud83d\ude00") })
        {
            await world.DeliverAsync("push", BotWorld.Sample("github.push", ("after", after), ("ref", "refs/heads/main"), ("base_ref", begin + key)), "planned");
        }

        world.Clock.Jump(TimeSpan.FromHours(2));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 3);
        Assert.Equal(["a", "b", "c"], world.Slack.Messages.Select(m => m.Text!.Split(' ')[4]).Order());
        Assert.All(world.Slack.Messages, m => Assert.StartsWith("1 pushes", m.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schedule_fires_at_its_time_and_once_for_what_was_missed()
    {
        await using var world = await BotWorld.StartAsync("rules: {}");
        world.Clock.Set(new DateTimeOffset(2027, 3, 1, 7, 0, 0, TimeSpan.Zero));
        await world.ChangeRulesAsync("""
            rules:
              morning:
                on: { schedule: "0 9 * * *", zone: Europe/Oslo }
                then: [ slack.post: { channel: "#dev", text: "{{scheduled_for}} missed {{missed}}" } ]
            """);
        await KeptAsync(world);
        world.Clock.Jump(TimeSpan.FromMinutes(61));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);

        await world.RestartAsync(TimeSpan.FromDays(3));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 2);
        world.Clock.Jump(TimeSpan.FromHours(23));
        await world.RestartAsync();
        world.Clock.Jump(TimeSpan.FromHours(1));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 3);

        Assert.Equal(
            ["2027-03-01T08:00:00Z missed 0", "2027-03-04T08:00:00Z missed 2", "2027-03-05T08:00:00Z missed 0"],
            world.Slack.Messages.Select(m => m.Text));
    }

    [Theory]
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")] // 02:30 is skipped: the first moment after the gap
    [InlineData("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // 02:30 comes twice: the first of them
    public async Task A_schedule_fires_once_on_the_days_on_which_the_clocks_change(string start, string first, string second)
    {
        await using var world = await BotWorld.StartAsync("rules: {}");
        world.Clock.Set(DateTimeOffset.Parse(start, null));
        await world.ChangeRulesAsync("""
            rules:
              morning:
                on: { schedule: "30 2 * * *", zone: Europe/Berlin }
                then: [ slack.post: { channel: "#dev", text: "{{scheduled_for}} missed {{missed}}" } ]
            """);
        await KeptAsync(world);
        foreach (var time in new[] { first, second })
        {
            var before = world.Slack.Messages.Count;
            world.Clock.Set(DateTimeOffset.Parse(time, null).AddSeconds(1));
            await Poll.UntilAsync(() => world.Slack.Messages.Count > before);
            world.Clock.Jump(TimeSpan.FromHours(3));
            await world.DeliverAsync("push", Push("x"));
        }

        Assert.Equal([$"{first} missed 0", $"{second} missed 0"], world.Slack.Messages.Select(m => m.Text));
    }

    private static async Task KeptAsync(BotWorld world)
    {
        var journal = (WebhookBot.Journal.IJournal)world.Bot.Services.GetService(typeof(WebhookBot.Journal.IJournal))!;
        await Poll.UntilAsync(() => journal.RecallAsync("schedule\nmorning", TestContext.Current.CancellationToken), kept => kept is not null);
    }

    private static Task<string> ReadyAsync(BotWorld world, int number = 42) =>
        world.Bot.SendGitHubAsync("pull_request", Sample("github.pull_request.ready_for_review", ("number", number), ("pull_request.number", number), ("pull_request.changed_files", 1)));

    private static string Sample(string name, params (string, JsonNode?)[] changes) => BotWorld.Sample(name, changes);

    private static string Push(string after) => BotWorld.Sample("github.push", ("after", after), ("ref", "refs/heads/main"));

    private static async Task<JsonElement> PushAsync(BotWorld world, string after, string? status = null) => await world.DeliverAsync("push", Push(after), status);
}
