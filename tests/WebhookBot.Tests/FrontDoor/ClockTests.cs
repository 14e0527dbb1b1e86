using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Faults;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>The clock on the wall is set forward and back while the bot works.</summary>
public sealed class ClockTests(ITestOutputHelper output)
{
    private const string Announce = """
        rules:
          announce:
            on: github.push
            then: [ slack.post: { channel: "#dev", text: "{{after}}" } ]
        """;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1, false), InlineData(24, false), InlineData(24, true)]
    public async Task A_retry_waits_no_longer_although_the_clock_is_set_back(int hours, bool isStartedAnew)
    {
        // So that a start reads what waits from the beginning of the last segment.
        await using var world = await BotWorld.StartAsync(Announce, ("Actions:BreakAfter", "0"), ("Actions:BaseDelay", "00:00:06"), ("Journal:SegmentBytes", "1000"));
        world.Slack.Peer.Next(new PeerAnswer(500), when: r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var id = await SendAsync(world, "a");
        await world.Bot.FinishedAsync(id, "retrying");
        if (isStartedAnew)
        {
            await world.Bot.FinishedAsync(await SendAsync(world, "b"), "done");
            await world.RestartAsync();
        }

        world.Clock.Jump(TimeSpan.FromHours(-hours));

        await world.Bot.FinishedAsync(id, "done");
        Assert.Equal("a", world.Slack.Messages[^1].Text);
    }

    [Fact]
    public async Task What_could_not_be_decided_is_decided_in_time_although_the_clock_is_set_back()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              documents:
                on: github.pull_request.opened
                if: { facts.changed_files: { any: "docs/**" } }
                then: [ slack.post: { channel: "#dev", text: "{{number}}" } ]
            """, ("Pipeline:PostponeBase", "00:00:04"));
        world.GitHub.Peer.Next(new PeerAnswer(503), when: r => r.Path.Contains("/files", StringComparison.Ordinal));
        world.Shop.AddFile(42, "docs/install.md");
        var id = await world.Bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened"));
        await world.Bot.FinishedAsync(id, "retrying");

        world.Clock.Jump(TimeSpan.FromHours(-24));

        await world.Bot.FinishedAsync(id, "done");
        Assert.Equal("42", Assert.Single(world.Slack.Messages).Text);
    }

    [Fact]
    public async Task A_retry_is_due_when_the_clock_is_set_forward_over_its_time()
    {
        await using var world = await BotWorld.StartAsync(Announce, ("Actions:BreakAfter", "0"), ("Actions:BaseDelay", "00:10:00"));
        world.Slack.Peer.Next(new PeerAnswer(500), when: r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var id = await SendAsync(world, "a");
        await world.Bot.FinishedAsync(id, "retrying");

        await world.Bot.FinishedAsync(await SendAsync(world, "b"), "done");
        world.Clock.Jump(Hour);
        await world.Bot.FinishedAsync(id, "done");

        Assert.Equal(["b", "a"], world.Slack.Messages.Select(m => m.Text));
    }

    [Theory]
    [InlineData(1), InlineData(24)]
    public async Task A_digest_is_told_once_although_the_clock_is_set_back_over_its_time(int hours)
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              summary:
                on: github.push
                digest: { key: "all", every: 1h }
                then: [ slack.post: { channel: "#dev", text: "{{count}} {{#each events}}{{after}}{{/each}}" } ]
            """);
        await world.Bot.FinishedAsync(await SendAsync(world, "a"), "planned");
        world.Clock.Jump(Hour + TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);

        world.Clock.Jump(TimeSpan.FromHours(-hours));
        await world.Bot.FinishedAsync(await SendAsync(world, "b"), "planned");
        world.Clock.Jump(TimeSpan.FromHours(hours) + Hour + TimeSpan.FromMinutes(1));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 2);
        await world.RestartAsync(TimeSpan.FromDays(1));
        await world.Bot.FinishedAsync(await SendAsync(world, "c"), "planned");

        Assert.Equal(["1 a", "1 b"], world.Slack.Messages.Select(m => m.Text));
    }

    [Theory]
    [InlineData(1), InlineData(24), InlineData(-1), InlineData(-24)]
    public async Task What_is_under_way_keeps_its_lease_and_is_done_once(int hours)
    {
        await using var target = await StandIn.StartAsync();
        var (entered, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        target.Answer = async (_, stop) =>
        {
            entered.TrySetResult();
            await go.Task.WaitAsync(stop);
            return 200;
        };
        await using var world = await BotWorld.StartAsync(FaultBot.Rules(target.Step), ("Http:AllowPrivateAddresses", "true"), ("Journal:Lease", "00:00:02"));
        using var answer = await world.Bot.Client.SendAsync(FaultBot.Push("held-for-a-long-while", 1), TestContext.Current.CancellationToken);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        world.Clock.Jump(TimeSpan.FromHours(hours));
        using var other = await world.Bot.Client.SendAsync(FaultBot.Push("another-one-beside-it", 2), TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => target.Effects.Count >= 2);
        go.SetResult();
        await world.Bot.FinishedAsync("held-for-a-long-while", "done");
        await world.Bot.FinishedAsync("another-one-beside-it", "done");

        Assert.Equal(["another-one-beside-it", "held-for-a-long-while"], target.Effects.Select(e => e.Id).Order());
    }

    [Fact]
    public async Task What_is_overdue_after_a_jump_of_a_day_is_worked_off_a_few_at_a_time_and_once()
    {
        await using var target = await StandIn.StartAsync();
        var (now, most) = (0, 0);
        target.Answer = async (_, stop) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Delay(5, stop);
            Interlocked.Decrement(ref now);
            return 200;
        };
        var rules = FaultBot.Rules(target.Step).Replace("    then:", "    wait: 1h\n    then:", StringComparison.Ordinal);
        await using var world = await BotWorld.StartAsync(rules, ("Http:AllowPrivateAddresses", "true"));
        var ids = Enumerable.Range(0, 200).Select(i => $"overdue-delivery-{i:D4}").ToList();
        foreach (var id in ids)
        {
            using var answer = await world.Bot.Client.SendAsync(FaultBot.Push(id), TestContext.Current.CancellationToken);
        }

        await world.Bot.FinishedAsync(ids[^1], "planned");
        world.Clock.Jump(TimeSpan.FromDays(1));
        await Poll.UntilAsync(() => target.Effects.Count >= ids.Count);

        output.WriteLine($"{ids.Count} overdue, at most {most} at a time");
        Assert.InRange(most, 1, 32);
        Assert.Equal(ids.Order(), target.Effects.Select(e => e.Id).Order());
    }

    [Fact]
    public async Task A_schedule_fires_once_although_the_clock_is_set_back_over_its_time()
    {
        await using var world = await BotWorld.StartAsync("rules: {}");
        world.Clock.Set(new DateTimeOffset(2027, 3, 1, 8, 30, 0, TimeSpan.Zero));
        await world.ChangeRulesAsync("""
            rules:
              morning:
                on: { schedule: "0 9 * * *", zone: Etc/UTC }
                then: [ slack.post: { channel: "#dev", text: "{{scheduled_for}}" } ]
              mark:
                on: github.push
                then: [ slack.post: { channel: "#dev", text: "{{after}}" } ]
            """);
        var journal = (WebhookBot.Journal.IJournal)world.Bot.Services.GetService(typeof(WebhookBot.Journal.IJournal))!;
        await Poll.UntilAsync(() => journal.RecallAsync("schedule\nmorning", TestContext.Current.CancellationToken), kept => kept is not null);
        world.Clock.Jump(TimeSpan.FromMinutes(31));
        await Poll.UntilAsync(() => world.Slack.Messages.Count == 1);
        var kept = await journal.RecallAsync("schedule\nmorning", TestContext.Current.CancellationToken);

        world.Clock.Jump(-Hour);
        await Poll.UntilAsync(() => journal.RecallAsync("schedule\nmorning", TestContext.Current.CancellationToken), now => now != kept);
        world.Clock.Jump(Hour);
        await Poll.UntilAsync(() => journal.RecallAsync("schedule\nmorning", TestContext.Current.CancellationToken), now => now == kept);
        await world.Bot.FinishedAsync(await SendAsync(world, "x"), "done");

        Assert.Equal(["2027-03-01T09:00:00Z", "x"], world.Slack.Messages.Select(m => m.Text));
    }

    private static Task<string> SendAsync(BotWorld world, string after) => world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push", ("after", after)));

    private static void InterlockedMax(ref int to, int value)
    {
        for (int seen; value > (seen = Volatile.Read(ref to)) && Interlocked.CompareExchange(ref to, value, seen) != seen;)
        {
        }
    }
}
