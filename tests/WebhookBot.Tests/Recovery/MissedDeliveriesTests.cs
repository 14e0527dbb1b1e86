using System.Text.Json;
using WebhookBot.Recovery;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Recovery;

/// <summary>What GitHub could not deliver while the bot was down, or would not take, is asked for again.</summary>
public sealed class MissedDeliveriesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Asks_once_within_five_minutes_for_each_that_failed_while_it_was_down_also_over_a_restart_and_as_slowly_as_GitHub_wants()
    {
        const int Failed = 100;
        await using var world = await MissedWorld.StartAsync(new JumpingClock(speed: 5), ("Recovery:Pace", $"{new RecoveryOptions().Pace}"), ("Journal:Lease", "01:00:00"), ("Actions:Timeout", "01:00:00"), ("Http:Timeout", "00:30:00"));
        var taken = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            taken.Add(Guid.NewGuid().ToString());
            await world.Webhook.SendAsync(MissedWorld.Push(taken[^1]), id: taken[^1]);
        }

        await world.DoneAsync(taken.Count);
        await world.World.RestartAsync(30 * Minute);
        await world.Bot.StopAsync();

        // 2,100 in the log: 2,000 copies of what was taken, and 100 that met nobody.
        var down = world.Now - (30 * Minute);
        var failed = Enumerable.Range(0, Failed).Select(i => world.Webhook.Log(down + TimeSpan.FromSeconds(17 * i), 0, MissedWorld.Push($"{i:D12}-was-missed"), id: $"{i:D12}-was-missed")).ToList();
        for (var i = 0; i < 2000; i++)
        {
            world.Webhook.Log(down + TimeSpan.FromSeconds(i * 0.8), 200, MissedWorld.Push(taken[i % 20]), id: taken[i % 20], isRepeat: true);
        }

        await world.World.RestartAsync();
        var started = world.Now;
        await Poll.UntilAsync(() => world.Webhook.Asked.Count > Failed / 3);

        // What is sent just then would meet nobody, and be asked for again.
        var restarted = new TaskCompletionSource();
        world.Webhook.SendsAfter = restarted.Task;
        await world.World.RestartAsync();
        restarted.SetResult();
        await Poll.UntilAsync(() => world.Webhook.Asked.Count > 2 * Failed / 3);
        await world.SentAgainAsync(Failed);
        await world.DoneAsync(Failed + taken.Count);
        await world.SweepAsync(11 * Minute);

        Assert.Equal(failed, world.Webhook.Asked.Select(a => a.Guid));
        var took = world.Webhook.Asked[^1].At - started;
        TestContext.Current.SendDiagnosticMessage($"{Failed} asked for within {took}");
        Assert.InRange(took, TimeSpan.Zero, 5 * Minute);
        var times = world.Webhook.Asked.Select(a => a.At).ToList();
        Assert.All(times, from => Assert.InRange(times.Count(at => at >= from && at < from + Minute), 0, 62));
        Assert.Equal(taken.Concat(failed).Order(), world.Target.CountById().Where(c => c.Value == 1).Select(c => c.Key).Order());
        world.World.Verify();
    }

    [Fact]
    public async Task Asks_for_what_failed_and_for_what_was_taken_but_is_not_held_and_for_nothing_else()
    {
        await using var world = await MissedWorld.StartAsync();
        var another = world.Webhook.Log(world.Now - (60 * Minute), 200, MissedWorld.Push("another-bot-took-it"), id: "another-bot-took-it");
        var held = await world.Bot.SendGitHubAsync("push", MissedWorld.Push("held-though-too-late"), "held-though-too-late");
        world.Webhook.Log(world.Now, 0, MissedWorld.Push(held), id: held);
        var refused = world.Fail(20 * Minute, status: 503);
        var unreachable = world.Fail(10 * Minute);
        world.Clock.Jump(Minute);
        var restored = world.Webhook.Log(world.Now, 202, MissedWorld.Push("taken-and-then-lost"), id: "taken-and-then-lost");

        await world.SweepAsync();
        await world.SentAgainAsync(3);
        await world.DoneAsync(4);
        await world.SweepAsync();

        Assert.Equal([refused, unreachable, restored], world.Webhook.Asked.Select(a => a.Guid));
        Assert.DoesNotContain(another, world.Target.CountById().Keys);
        Assert.All(world.Target.CountById().Values, count => Assert.Equal(1, count));
        var told = Assert.Single(await world.ToldAsync());
        Assert.Equal(("github", 3, 3, 0), (told.GetProperty("source").GetString(), Number(told, "missing"), Number(told, "asked"), Number(told, "lost")));
        Assert.InRange(told.GetProperty("to").GetDateTimeOffset() - told.GetProperty("from").GetDateTimeOffset(), 21 * Minute, 22 * Minute);
        Assert.Contains(await world.MetricsAsync(), l => l.StartsWith("webhookbot_missed_deliveries_total{", StringComparison.Ordinal) && l.Contains("outcome=\"asked\",source=\"github\"", StringComparison.Ordinal));
        world.World.Verify();
    }

    [Fact]
    public async Task A_rule_hears_of_what_was_missed()
    {
        await using var world = await MissedWorld.StartAsync();
        await world.World.ChangeRulesAsync("""
            rules:
              gap:
                on: bot.missed_deliveries
                if: { missing: { gte: 2 } }
                then:
                  - slack.post: { channel: "#dev", text: "{{missing}} {{asked}} {{lost}} {{payload.source}}" }
            """);
        world.Fail(20 * Minute);
        world.Fail(10 * Minute);

        await world.SweepAsync();
        await Poll.UntilAsync(() => world.World.Slack.Messages.Count > 0);

        Assert.Equal("2 2 0 github", Assert.Single(world.World.Slack.Messages).Text);
    }

    [Fact]
    public async Task Does_not_ask_again_while_the_first_is_under_way_and_gives_up_after_five_tries()
    {
        await using var world = await MissedWorld.StartAsync();
        world.Webhook.SendsAgain = false;
        var id = world.Fail(10 * Minute);

        await world.SweepAsync();
        await world.SweepAsync();
        Assert.Single(world.Webhook.Asked);
        await world.World.RestartAsync();
        await world.SweptAsync();
        Assert.Single(world.Webhook.Asked);

        for (var tries = 2; tries <= 5; tries++)
        {
            await world.SweepAsync(TimeSpan.FromMinutes(10 << (tries - 2)));
            Assert.Equal(tries, world.Webhook.Asked.Count);
            await world.SweepAsync();
            Assert.Equal(tries, world.Webhook.Asked.Count);
        }

        await world.SweepAsync(TimeSpan.FromHours(3));
        await world.SweepAsync(TimeSpan.FromHours(3));

        Assert.All(world.Webhook.Asked, a => Assert.Equal(id, a.Guid));
        Assert.Equal(5, world.Webhook.Asked.Count);
        Assert.Equal([1, 0, 0, 0, 0, 0], (await world.ToldAsync()).Select(t => Number(t, "lost")));
    }

    [Fact]
    public async Task Asks_again_for_what_was_sent_again_and_refused_again()
    {
        await using var world = await MissedWorld.StartAsync();
        var hooks = world.Webhook.Url;
        world.Webhook.Url = new Uri("http://127.0.0.1:1/");
        var id = world.Fail(10 * Minute);
        await world.SweepAsync();
        await world.SentAgainAsync(1);
        world.Webhook.Url = hooks;

        await world.SweepAsync();
        Assert.Single(world.Webhook.Asked);
        await world.SweepAsync();
        await world.SentAgainAsync(2);
        await world.DoneAsync(1);
        await world.SweepAsync();

        Assert.Equal([id, id], world.Webhook.Asked.Select(a => a.Guid));
        Assert.Equal(id, Assert.Single(world.Target.Effects).Id);
    }

    [Fact]
    public async Task Names_what_is_beyond_the_window_as_lost()
    {
        await using var world = await MissedWorld.StartAsync();
        await world.World.RestartAsync(TimeSpan.FromDays(4));
        await world.SweptAsync();
        var told = Assert.Single(await world.ToldAsync());
        Assert.Equal((0, 0, 0), (Number(told, "missing"), Number(told, "asked"), Number(told, "lost")));
        Assert.InRange(told.GetProperty("unknown_before").GetDateTimeOffset() - told.GetProperty("from").GetDateTimeOffset(), TimeSpan.FromDays(1) - Minute, TimeSpan.FromDays(1) + Minute);

        await world.Bot.StopAsync();
        world.Webhook.Log(world.Now + Minute, 0, MissedWorld.Push("sent-too-long-ago"), id: "sent-too-long-ago");
        world.Clock.Jump(TimeSpan.FromDays(4));
        var late = world.Fail(TimeSpan.FromDays(2));
        await world.World.RestartAsync();
        await world.SentAgainAsync(1);
        await world.DoneAsync(1);
        await world.SweepAsync();

        Assert.Equal(late, Assert.Single(world.Webhook.Asked).Guid);
        Assert.Equal((2, 1, 1), ((await world.ToldAsync()) is [var last, _] ? (Number(last, "missing"), Number(last, "asked"), Number(last, "lost")) : default));
    }

    [Fact]
    public async Task Names_what_is_beyond_the_window_once_although_what_is_within_it_cannot_be_had()
    {
        await using var world = await MissedWorld.StartAsync();
        await world.Bot.StopAsync();
        world.Clock.Jump(TimeSpan.FromDays(4));
        world.Fail(TimeSpan.FromHours(1));
        world.World.GitHub.Peer.Next(new PeerAnswer(403, """{"message":"Resource not accessible"}"""), 100, r => r.Method == "POST" && r.Path.StartsWith("/app/hook/", StringComparison.Ordinal));
        await world.World.RestartAsync();
        await world.SweptAsync();
        await world.SweepAsync();
        await world.SweepAsync();

        Assert.NotNull((await world.LogAsync()).GetProperty("refusal").GetString());
        Assert.Single(await world.ToldAsync());
    }

    [Fact]
    public async Task A_redelivery_of_one_that_is_dead_runs_again_and_one_of_one_that_is_done_does_not()
    {
        await using var world = await MissedWorld.StartAsync(("Actions:MaxAttempts", "1"));
        world.Target.Answer = (_, _) => Task.FromResult(500);
        var id = await world.Webhook.SendAsync(MissedWorld.Push("the-same-id-all-along"), id: "the-same-id-all-along");
        await world.Bot.FinishedAsync(id, "dead");
        await world.SweepAsync();
        world.Target.Answer = (_, _) => Task.FromResult(200);

        await world.Webhook.SendAsync(MissedWorld.Push(id), id: id);
        await world.Bot.FinishedAsync(id, "done");
        await world.Webhook.SendAsync(MissedWorld.Push(id), id: id);
        var delivery = await world.Bot.FinishedAsync(id, "done");

        Assert.Empty(world.Webhook.Asked);
        Assert.Equal(2, world.Target.Effects.Count);
        Assert.Equal(["dead", "succeeded"], delivery.Action("tell").Attempts().Select(a => a.GetProperty("outcome").GetString()).Where(o => o != "pending"));
    }

    private static int Number(JsonElement told, string name) => told.GetProperty(name).GetInt32();
}
