using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;
using WebhookBot.Rules.Planning;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>A target that is down for long, and what comes after it.</summary>
[Collection(nameof(Alone))]
public sealed class OutageTests(ITestOutputHelper output)
{
    private const string Rules = """
        rules:
          living:
            on: github.push
            if: { ref: "living-*" }
            then:
              - slack.post: { channel: "#dev", key: "{{key}}", text: "{{number}}" }
          news:
            on: github.push
            if: { ref: "news-*" }
            then:
              - slack.post: { channel: "#news", text: "news {{number}}" }
                retry: { max_age: 2h }
          plain:
            on: github.push
            if: { ref: "plain-*" }
            then:
              - slack.post: { channel: "#ops", text: "plain {{number}}" }
        """;

    private static long s_sequence;

    private static readonly string[] Kinds = ["living", "news", "plain"];

    /// <summary>
    /// The promise is 5 events a second, 108,000 in six hours; so many are sent with OUTAGE_EVENTS=108000, by default 900, each time spread over
    /// six hours of the clock. Of few, neither the memory that a waiting action takes (as long as it waits, over what is left when all is done) nor
    /// the slowest answers can be told from what else goes on in the process: they are only printed then. What would grow with an outage is what is
    /// written of those that wait, and that shows at any number.
    /// </summary>
    [Fact]
    public async Task Slack_is_down_for_six_hours_and_nothing_is_lost_but_what_is_too_old()
    {
        await using var world = await SimulatedBot.StartAsync(_ => Rules);
        world.Slack.AddChannel("news");
        var isDown = true;
        var calls = new ConcurrentQueue<DateTimeOffset>();
        world.Slack.Peer.Next(new PeerAnswer(503, "<html>down</html>", "text/html"), int.MaxValue, r =>
        {
            calls.Enqueue(world.Clock.GetUtcNow());
            return Volatile.Read(ref isDown);
        });
        var began = world.Clock.GetUtcNow();
        var journal = (LiteDbJournal)world.Bot.Services.GetRequiredService<IJournal>();
        var before = journal.Records;
        var (ids, acks) = await SendForSixHoursAsync(world, Setting("OUTAGE_EVENTS", 900));
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var log = new DirectoryInfo(Path.Combine(world.Bot.Folder.Path, "data", "journal")).EnumerateFiles().Sum(f => f.Length) / (double)ids.Count;
        output.WriteLine($"{calls.Count} calls in six hours for {ids.Count} events; {log:F0} bytes of log a delivery, {journal.Records - before} records");
        Assert.InRange(calls.Count, 50, 6 * 60 * 6);

        // The delivery, its plan and that it waits, and of a third that it became too old; beyond that only a call, and that one waits on after it.
        Assert.InRange(journal.Records - before, 3 * ids.Count, (3 * ids.Count) + (ids.Count / 3) + (2 * calls.Count) + 100);

        isDown = false;
        calls.Clear();
        var ended = world.Clock.GetUtcNow();
        await world.PassAsync(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(1));

        await world.Bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(await world.TargetsAsync());
        CheckCost(acks, (memory - GC.GetTotalMemory(forceFullCollection: true)) / (double)ids.Count);
        output.WriteLine($"drained {(calls.Last() - ended).TotalMinutes:F1} minutes after the end with {world.Slack.Messages.Count} messages");
        await CheckAsync(world, ids, began, ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_10000_that_wait_for_a_target_no_second_gets_more_than_a_twentieth(bool isDown)
    {
        await using var world = await SimulatedBot.StartAsync(_ => "");
        var traffic = world.Bot.Services.GetRequiredService<ITargetTraffic>();
        var target = new ActionTarget("http", "http shop.example", "http shop.example");
        for (var i = 0; i < 5; i++)
        {
            using var passage = await traffic.AskAsync(Lease($"first {i}"), target, isDue: false, TestContext.Current.CancellationToken);
            await passage.ReportAsync(ActionOutcome.Of(isDown ? CallFault.Down("broken", mayHaveHappened: false) : CallFault.Limited("too many", TimeSpan.FromSeconds(120), default)));
            world.Clock.Advance(isDown ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1));
        }

        // An outage that is hardly older than the first pause is spread over less; this one has lasted a minute.
        world.Clock.Advance(TimeSpan.FromMinutes(isDown ? 1 : 0));
        using var probe = isDown ? await traffic.AskAsync(Lease("probe"), target, isDue: false, TestContext.Current.CancellationToken) : null;
        var due = new List<long>();
        for (var i = 0; i < 10_000; i++)
        {
            using var passage = await traffic.AskAsync(Lease($"{i}"), target, isDue: false, TestContext.Current.CancellationToken);
            due.Add(passage.TurnedAway!.NextAt!.Value.ToUnixTimeMilliseconds() / 1000);
        }

        var fullest = due.GroupBy(d => d).Max(g => g.Count());
        output.WriteLine($"the fullest second has {fullest / 100d:F1} %");
        Assert.InRange(fullest, 1, 500);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_holds_nobody_else_up()
    {
        await using var world = await BotWorld.StartAsync("", ("Http:AllowPrivateAddresses", "true"), ("Actions:BreakAfter", "0"), ("Http:Timeout", "00:00:20"));
        await using var slow = await FakePeer.StartAsync();
        await using var quick = await FakePeer.StartAsync();
        slow.On("POST", "hook", _ => PeerAnswer.Hanging);
        quick.On("POST", "hook", _ => new PeerAnswer(200));
        slow.Next(new PeerAnswer(500).With("Retry-After", "1"), 64);
        quick.Next(new PeerAnswer(500).With("Retry-After", "3"), 8);
        await world.ChangeRulesAsync($$"""
            rules:
              slow:
                on: github.push
                if: { ref: "slow-*" }
                then:
                  - http: { url: "{{slow.Url}}hook" }
              quick:
                on: github.push
                if: { ref: "quick-*" }
                then:
                  - http: { url: "{{quick.Url}}hook" }
            """);
        for (var i = 0; i < 64; i++)
        {
            await SendAsync(world.Bot, i, "slow");
        }

        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await SendAsync(world.Bot, i, "quick"));
        }

        await slow.AnyRequestAsync();
        var waited = Stopwatch.GetTimestamp();
        foreach (var id in ids)
        {
            await world.Bot.FinishedAsync(id, "done");
        }

        var took = Stopwatch.GetElapsedTime(waited);
        output.WriteLine($"{took.TotalSeconds:F1} s while {slow.Requests.Count - 64} calls hung");
        Assert.True(took < TimeSpan.FromSeconds(15), $"{took}");
        Assert.InRange(slow.Requests.Count - 64, 1, 8);
    }

    private static async Task<(List<string> Ids, List<double> Acks)> SendForSixHoursAsync(SimulatedBot world, int events)
    {
        const int Together = 4;
        var steps = Math.Min(events, 2_160);
        var (ids, acks) = (new List<string>(), new List<double>());
        await world.PassAsync(TimeSpan.FromHours(6), TimeSpan.FromHours(6) / steps, async () =>
        {
            for (var end = ids.Count + (events / steps); ids.Count < end;)
            {
                var sent = await Task.WhenAll(Enumerable.Range(ids.Count, Math.Min(Together, end - ids.Count)).Select(async number =>
                {
                    var started = Stopwatch.GetTimestamp();
                    return (Id: await SendAsync(world, number), Took: Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }));
                ids.AddRange(sent.Select(one => one.Id));
                acks.AddRange(sent.Select(one => one.Took));
            }

            await world.TakenUpAsync(ids[^1]);
        });
        return (ids, acks);
    }

    private void CheckCost(List<double> acks, double each)
    {
        const int Enough = 20_000;

        // Whatever else the machine does is in these times: of each two hours the quietest half hour is compared.
        var halfHours = acks.Chunk((acks.Count / 12) + 1).Select(half => half.Order().ElementAt(half.Length * 99 / 100)).ToList();
        var (first, last) = (halfHours.Take(4).Min(), halfHours.TakeLast(4).Min());
        output.WriteLine($"answered in {first:F1} ms (p99 of the quietest half hour) in the first two hours, {last:F1} ms in the last two: {last / first:F2}; all of them {string.Join(", ", halfHours.Select(ms => $"{ms:F0}"))}");
        output.WriteLine($"{each:F0} bytes of memory for each that waited, {each * 108_000 / (1 << 20):F0} MB for 108,000");
        if (acks.Count >= Enough)
        {
            Assert.True(each * 108_000 < 200 << 20, $"{each} bytes each");
            Assert.InRange(last / first, 0, 1.1);
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;

    private static async Task CheckAsync(SimulatedBot world, List<string> ids, DateTimeOffset began, DateTimeOffset ended)
    {
        // Of many a sample is looked at: as many of each kind, and the last ones whole.
        var every = ids.Count > 10_000 ? 100 : 1;
        var stale = 0;
        for (var i = 0; i < ids.Count; i += i < ids.Count - 60 ? every : 1)
        {
            var kind = Kinds[i % 3];
            var delivery = await world.Bot.GetDeliveryAsync(ids[i]);
            var action = delivery.Action(kind);
            var receivedAt = delivery.GetProperty("received_at").GetDateTimeOffset();
            switch (kind)
            {
                case "living":
                    Assert.Equal(i >= ids.Count - 30 ? "succeeded" : "skipped", action.Status());
                    break;
                case "news" when receivedAt < ended - TimeSpan.FromHours(2):
                    Assert.StartsWith("stale: max_age passed", action.Attempts()[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
                    stale++;
                    break;
                case "news" when receivedAt < ended - TimeSpan.FromHours(2) + TimeSpan.FromMinutes(5):
                    // It became too old while the rest was told.
                    Assert.Contains(action.Status(), new[] { "skipped", "succeeded" });
                    break;
                default:
                    Assert.True(action.Status() == "succeeded", $"{kind} of {receivedAt}: {action}");
                    break;
            }
        }

        var expected = ids.Count / 3d / every * ((ended - began - TimeSpan.FromHours(2)) / TimeSpan.FromHours(6));
        Assert.InRange(stale, (expected * 0.99) - 2, ids.Count / 3);

        // Of the living ones the last state of each; of the others twenty and one that tells the rest. Those twenty are the oldest: of the news they
        // may become too old before their turn.
        Assert.All(Enumerable.Range(0, 10), key => Assert.Single(world.Slack.Messages, m => m.Text == $"{ids.Count - 30 + (key * 3)}"));
        Assert.Equal(2, world.Slack.Messages.Count(m => m.Text!.Contains("piled up", StringComparison.Ordinal)));
        Assert.InRange(world.Slack.Messages.Count, 10 + 2 + 20, 10 + 2 + 48);
        world.Slack.Verify();
    }

    private static Task<string> SendAsync(SimulatedBot world, int number) => SendAsync(world.Bot, number, Kinds[number % 3]);

    private static async Task<string> SendAsync(RunningBot bot, int number, string kind)
    {
        var id = Guid.NewGuid().ToString();
        var body = new { id, number, key = $"key {number / 3 % 10}", @ref = $"{kind}-{id}", repository = new { full_name = "acme/shop" } };
        return await bot.SendGitHubAsync("push", JsonSerializer.Serialize(body), id);
    }

    private static ActionLease Lease(string key) => new()
    {
        Action = new PlannedAction { Key = key, Rule = "rule", Action = "http", Arguments = JsonSerializer.SerializeToElement(new { }) },
        Origin = new ActionOrigin(key, Interlocked.Increment(ref s_sequence), "github", "github.push", null, DateTimeOffset.UnixEpoch),
        Index = 0,
        Attempts = 0,
        Fence = 1,
    };
}
