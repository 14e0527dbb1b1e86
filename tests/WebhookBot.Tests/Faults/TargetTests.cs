using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>Targets that ask to be left alone, that are down, and that want to be called slowly.</summary>
public sealed class TargetTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Calls(Uri target) => $$"""
        rules:
          call:
            on: github.push
            then:
              - http: { url: "{{target}}hook" }
        """;

    private static string Posts(string step) => $$"""
        rules:
          post:
            on: github.push
            then:
              - {{step}}
        """;

    [Fact]
    public async Task Leaves_a_target_alone_for_as_long_as_it_asks_whoever_calls_and_loses_none_of_1000()
    {
        await using var world = await SimulatedBot.StartAsync(Calls);
        var calls = new ConcurrentQueue<DateTimeOffset>();
        var opens = world.Clock.GetUtcNow() + TimeSpan.FromMinutes(2);
        world.Target.On("POST", "hook", _ =>
        {
            calls.Enqueue(world.Clock.GetUtcNow());
            return world.Clock.GetUtcNow() < opens ? new PeerAnswer(429).With("Retry-After", "120") : new PeerAnswer(200);
        });
        var began = world.Clock.GetUtcNow();
        var ids = await SendAsync(world, 1000);
        var atOnce = calls.Count;
        await world.PassAsync(TimeSpan.FromSeconds(119), Second);
        var meanwhile = calls.Count - atOnce;
        await world.PassAsync(TimeSpan.FromSeconds(61), Second);

        output.WriteLine($"{atOnce} calls were under way when the first was answered, {meanwhile} in the wait; the last call {(calls.Last() - opens).TotalSeconds:F0} s after it");
        Assert.InRange(atOnce, 1, 32);
        Assert.InRange(meanwhile, 0, 12);
        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1000 + atOnce, calls.Count);
        Assert.True(calls.Last() - began <= TimeSpan.FromSeconds(150 + 10), $"{calls.Last() - began}");
        foreach (var id in ids.Where((_, i) => i % 100 == 0))
        {
            var action = (await world.Bot.GetDeliveryAsync(id)).Action("call");
            Assert.Equal("succeeded", action.Status());
            Assert.All(action.Attempts()[..^1], a => Assert.Equal("waiting", a.GetProperty("outcome").GetString()));
        }
    }

    [Fact]
    public async Task Asks_at_most_every_10_seconds_a_target_that_goes_on_saying_in_a_second()
    {
        await using var world = await SimulatedBot.StartAsync(Calls);
        var calls = new ConcurrentQueue<DateTimeOffset>();
        var opens = world.Clock.GetUtcNow() + TimeSpan.FromMinutes(2);
        world.Target.On("POST", "hook", _ =>
        {
            calls.Enqueue(world.Clock.GetUtcNow());
            return world.Clock.GetUtcNow() < opens ? new PeerAnswer(429).With("Retry-After", "1") : new PeerAnswer(200);
        });
        await SendAsync(world, 200);
        await world.PassAsync(TimeSpan.FromMinutes(4), Second);

        var probes = calls.Where(c => c < opens && c > calls.First()).ToList();
        output.WriteLine($"{probes.Count} calls in two minutes after the first");
        Assert.InRange(probes.Count, 1, 13);
        Assert.All(probes.Zip(probes.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(10), $"{pair}"));
        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Parks_what_goes_to_a_target_that_is_down_tells_the_rules_once_and_goes_on_when_it_works()
    {
        await using var world = await SimulatedBot.StartAsync(target => Calls(target) + "\n" + """
              alarm:
                on: [bot.breaker_open, bot.breaker_closed]
                then:
                  - slack.post: { channel: "#ops", text: "{{delivery.event}} {{kind}} {{target}} {{detail}}" }
            """);
        var (isUp, calls) = (false, 0);
        world.Target.On("POST", "hook", _ =>
        {
            Interlocked.Increment(ref calls);
            return Volatile.Read(ref isUp) ? new PeerAnswer(200) : new PeerAnswer(500);
        });
        var ids = await SendAsync(world, 60);
        var before = calls;
        Assert.InRange(before, 5, 32 + 5);
        await Poll.UntilAsync(() => Task.FromResult(world.Slack.Messages.Count), n => n == 1);

        await world.PassAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));

        output.WriteLine($"{before} calls at first, {calls - before} in an hour of being down");
        Assert.InRange(calls - before, 30, 360);
        var open = Assert.Single(await world.TargetsAsync(), t => t.GetProperty("state").GetString() == "open");
        Assert.Equal(("http", 60), (open.GetProperty("kind").GetString(), open.GetProperty("waiting").GetInt32()));
        Assert.Contains("answered 500", open.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var metrics = await world.Bot.Client.GetStringAsync("/metrics", Stop);
        Assert.Contains("kind=\"http\",state=\"open\"} ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", string.Concat(metrics.Split('\n').Where(l => l.StartsWith("webhookbot_targets{", StringComparison.Ordinal) || l.StartsWith("webhookbot_targets_waiting{", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("does not work", (await world.Bot.Client.ReadinessAsync()).GetProperty("targets")[0].GetString(), StringComparison.Ordinal);

        isUp = true;
        await world.PassAsync(TimeSpan.FromMinutes(8), TimeSpan.FromSeconds(2));

        foreach (var id in ids)
        {
            Assert.Equal("done", (await world.Bot.FinishedAsync(id)).Status());
        }

        Assert.Empty(await world.TargetsAsync());
        await Poll.UntilAsync(() => Task.FromResult(world.Slack.Messages.Count), n => n == 2);
        Assert.StartsWith("bot.breaker_open http http 127.0.0.1", world.Slack.Messages[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("bot.breaker_closed http http 127.0.0.1", world.Slack.Messages[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_done_about_a_broken_target_and_fails_itself_is_not_told()
    {
        await using var world = await SimulatedBot.StartAsync(
            target => Calls(target) + $$"""

              alarm:
                on: ["bot.*"]
                then:
                  - http: { url: "http://localhost:{{target.Port}}/alarm" }
            """,
            ("Actions:BreakAfter", "1"));
        world.Target.On("POST", "hook", _ => new PeerAnswer(500));
        world.Target.On("POST", "alarm", _ => new PeerAnswer(500));
        await SendAsync(world, 3);
        await world.PassAsync(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(5));

        var told = (await world.Bot.Client.ListAllAsync()).Where(d => d.GetProperty("source").GetString() == "bot").Select(d => d.GetProperty("event").GetString());
        Assert.Equal(["bot.breaker_open"], told);
        Assert.Equal(2, (await world.TargetsAsync()).Count(t => t.GetProperty("state").GetString() == "open"));
    }

    [Fact]
    public async Task Posts_a_few_at_once_and_then_one_a_second_to_a_channel_and_does_not_hold_another()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts("""slack.post: { channel: "#{{message}}", text: "{{id}}" }"""));
        var at = Record(world.Slack.Peer, "chat.postMessage", world);
        var slow = await SendAsync(world, 15, "dev");
        Assert.Equal(5, at.Count);
        var other = await SendAsync(world, 1, "ops");
        Assert.Equal("succeeded", (await world.TakenUpAsync(other[0])).Action("post").Status());
        Assert.Equal("paced", Assert.Single(await world.TargetsAsync()).GetProperty("state").GetString());

        await world.PassAsync(TimeSpan.FromSeconds(14), TimeSpan.FromMilliseconds(500));

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(16, world.Slack.Messages.Count);
        Assert.All(at.Skip(6).Zip(at.Skip(7)), pair => Assert.True(pair.Second - pair.First >= Second, $"{pair}"));
        Assert.All(slow, id => Assert.Contains(world.Slack.Messages, m => m.Text == id));
        world.Slack.Verify();
    }

    [Fact]
    public async Task Writes_to_github_a_second_apart_on_one_account_and_waits_until_its_limit_is_reset()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts("""github.comment: { number: 7, body: "{{id}}" }"""));
        var at = Record(world.GitHub.Peer, "/comments", world, "POST");
        var reset = world.Clock.GetUtcNow() + TimeSpan.FromMinutes(20);
        await SendAsync(world, 5);
        await world.PassAsync(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500));
        Assert.Equal(5, at.Count);
        Assert.All(at.Zip(at.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Second, $"{pair}"));

        world.GitHub.Next(new PeerAnswer(403, """{"message":"API rate limit exceeded"}""").With("x-ratelimit-remaining", "0").With("x-ratelimit-reset", $"{reset.ToUnixTimeSeconds()}"));
        var id = (await SendAsync(world, 4))[0];
        await world.PassAsync(TimeSpan.FromMinutes(19), TimeSpan.FromSeconds(1));
        Assert.Equal(5, at.Count);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));

        Assert.Equal(9, at.Count);
        Assert.All(at.Skip(5), t => Assert.True(t >= reset, $"{t} is before {reset}"));
        Assert.DoesNotContain("retrying", (await world.Bot.GetDeliveryAsync(id)).Action("post").Attempts().Select(a => a.GetProperty("outcome").GetString()));
        world.GitHub.Verify();
    }

    [Fact]
    public async Task Waits_a_minute_and_then_longer_for_a_secondary_limit_that_says_no_time()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts("""github.comment: { number: 7, body: "{{id}}" }"""));
        var at = new ConcurrentQueue<DateTimeOffset>();
        world.GitHub.Peer.Next(new PeerAnswer(403, """{"message":"You have exceeded a secondary rate limit."}"""), 3, r =>
        {
            var isComment = r.Path.EndsWith("/comments", StringComparison.Ordinal) && r.Method == "POST";
            if (isComment)
            {
                at.Enqueue(world.Clock.GetUtcNow());
            }

            return isComment;
        });
        await SendAsync(world, 1);
        await world.PassAsync(TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(1));

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        var waits = at.Zip(at.Skip(1)).Select(p => (p.Second - p.First).TotalSeconds).ToList();
        output.WriteLine(string.Join(", ", waits));
        Assert.Equal(2, waits.Count);
        Assert.InRange(waits[0], 60, 65);
        Assert.InRange(waits[1], 120, 130);
        Assert.Single(world.GitHub.Repository("acme/shop").Comments);
    }

    [Fact]
    public async Task Sends_only_the_last_state_of_a_living_message_when_many_wait()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts("""slack.post: { channel: "#dev", key: "one", text: "{{number}}" }"""));
        world.Slack.Peer.Next(new PeerAnswer(429).With("Retry-After", "60"), 1, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var ids = await SendAsync(world, 30);
        await world.PassAsync(TimeSpan.FromSeconds(90), Second);

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("29", Assert.Single(world.Slack.Messages).Text);
        Assert.Equal(2, world.Slack.Calls.Count(c => c is "chat.postMessage" or "chat.update"));
        var last = await world.Bot.GetDeliveryAsync(ids[^1]);
        Assert.Equal("succeeded", last.Action("post").Status());
        foreach (var id in ids[..^1])
        {
            var action = (await world.Bot.GetDeliveryAsync(id)).Action("post");
            Assert.Equal("skipped", action.Status());
            Assert.Matches("^(overtaken by delivery|a newer event has already updated)", action.Attempts()[^1].GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task Tells_what_piles_up_beyond_20_posts_of_a_channel_in_one_message()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Posts("""slack.post: { channel: "#dev", text: "number {{number}}\nmore" }"""));
        world.Slack.Peer.Next(new PeerAnswer(429).With("Retry-After", "60"), 1, r => r.Path.EndsWith("chat.postMessage", StringComparison.Ordinal));
        var ids = await SendAsync(world, 60);
        await world.PassAsync(TimeSpan.FromSeconds(120), Second);

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        var digest = Assert.Single(world.Slack.Messages, m => m.Text!.Contains("piled up", StringComparison.Ordinal)).Text!;
        var piled = int.Parse(Regex.Match(digest, "^\\*([0-9]+) messages for this channel piled up").Groups[1].Value, CultureInfo.InvariantCulture);

        // A few had gone out before the channel was closed, and twenty are told one by one.
        Assert.InRange(piled, 35, 40);
        Assert.Equal(60 - piled + 1, world.Slack.Messages.Count);
        Assert.Equal(20, digest.Split("\n• number ").Length - 1);
        Assert.EndsWith($"… and {piled - 20} more", digest, StringComparison.Ordinal);
        var details = new List<string>();
        foreach (var id in ids)
        {
            var action = (await world.Bot.GetDeliveryAsync(id)).Action("post");
            Assert.Equal("succeeded", action.Status());
            details.Add(action.Attempts()[^1].GetProperty("detail").GetString()!);
        }

        Assert.Equal(piled - 1, details.Count(d => d.StartsWith("told in one message", StringComparison.Ordinal)));
        world.Slack.Verify();
    }

    [Fact]
    public async Task Drops_what_has_become_too_old_with_a_record_and_does_what_has_not()
    {
        await using var world = await SimulatedBot.StartAsync(target => $$"""
            rules:
              news:
                on: github.push
                then:
                  - http: { url: "{{target}}news" }
                    retry: { attempts: 100, max_age: 10m }
              record:
                on: github.push
                then:
                  - http: { url: "{{target}}record" }
            """);
        var (isUp, calls) = (false, new ConcurrentQueue<string>());
        PeerAnswer Answer(PeerRequest r)
        {
            calls.Enqueue(r.Path);
            return Volatile.Read(ref isUp) ? new PeerAnswer(200) : new PeerAnswer(503);
        }

        world.Target.On("POST", "news", Answer);
        world.Target.On("POST", "record", Answer);
        var id = (await SendAsync(world, 1))[0];
        await world.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromSeconds(5));
        var news = (await world.Bot.GetDeliveryAsync(id)).Action("news");
        Assert.Equal("skipped", news.Status());
        Assert.Equal("stale: max_age passed at 2026-05-04 10:10:00Z", news.Attempts()[^1].GetProperty("detail").GetString());

        isUp = true;
        calls.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));

        Assert.Equal("succeeded", (await world.Bot.FinishedAsync(id)).Action("record").Status());
        Assert.Equal(["/record"], calls);
    }

    private static ConcurrentQueue<DateTimeOffset> Record(FakePeer peer, string path, SimulatedBot world, string method = "POST")
    {
        var at = new ConcurrentQueue<DateTimeOffset>();
        peer.Next(new PeerAnswer(200), int.MaxValue, r =>
        {
            if (r.Path.EndsWith(path, StringComparison.Ordinal) && r.Method == method)
            {
                at.Enqueue(world.Clock.GetUtcNow());
            }

            return false;
        });
        return at;
    }

    private static async Task<List<string>> SendAsync(SimulatedBot world, int count, string message = "x")
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var id = Guid.NewGuid().ToString();
            var body = JsonSerializer.Serialize(new { id, number = i, message, @ref = id, repository = new { full_name = "acme/shop" }, installation = new { id = 31415926 } });
            await world.Bot.SendGitHubAsync("push", body, id);
            ids.Add(id);
        }

        foreach (var id in ids)
        {
            await world.TakenUpAsync(id);
        }

        return ids;
    }
}
