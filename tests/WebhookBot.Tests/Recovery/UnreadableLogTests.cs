using System.Text.Json.Nodes;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Recovery;

/// <summary>A log that cannot be read, or says what nobody would believe, costs a sweep and nothing else.</summary>
public sealed class UnreadableLogTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Answers => new(Broken.Keys);

    private static Dictionary<string, PeerAnswer> Broken => new()
    {
        ["an answer that is no list"] = new(200, """{"message":"hello"}"""),
        ["malformed JSON"] = new(200, """[{"id":1,"""),
        ["another type of content"] = new(200, "<html/>", "text/html"),
        ["a key twice"] = new(200, """[{"id":1,"id":2}]"""),
        ["nothing"] = new(200, ""),
        ["401"] = new(401, """{"message":"A JSON web token could not be decoded"}"""),
        ["403"] = new(403, """{"message":"Resource not accessible"}"""),
        ["404"] = new(404, """{"message":"Not Found"}"""),
        ["500"] = new(500),
        ["a redirect"] = new PeerAnswer(302).With("Location", "https://evil.example/"),
        ["a connection that ends"] = PeerAnswer.Dropped,
        ["a body that ends"] = PeerAnswer.Truncated,
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Tries_again_at_its_next_time(string answer)
    {
        await using var world = await MissedWorld.StartAsync();
        var id = world.Fail(10 * Minute);
        world.World.GitHub.Peer.Next(Broken[answer], 1, r => r.Path == "/app/hook/deliveries");

        await world.SweepAsync();
        Assert.Empty(world.Webhook.Asked);
        Assert.NotNull((await world.LogAsync()).GetProperty("problem").GetString());
        await world.SweepAsync();
        await world.SentAgainAsync(1);

        Assert.Equal(id, Assert.Single(world.Webhook.Asked).Guid);
        Assert.Null((await world.LogAsync()).GetProperty("problem").GetString());
    }

    [Fact]
    public async Task Waits_as_long_as_GitHub_asks_and_goes_on_where_it_was()
    {
        await using var world = await MissedWorld.StartAsync();
        var ids = Enumerable.Range(1, 3).Select(i => world.Fail((10 - i) * Minute)).ToList();
        var asks = 0;
        world.World.GitHub.Peer.Next(
            new PeerAnswer(403, """{"message":"You have exceeded a secondary rate limit"}""").With("Retry-After", "1200"), 1, r => r.Method == "POST" && ++asks == 2);

        await world.SweepAsync();
        world.Clock.Jump(15 * Minute);
        await Poll.UntilAsync(() => world.Target.Effects.Count == 1);
        await world.SweepAsync(10 * Minute);
        await world.SentAgainAsync(3);

        Assert.Equal(ids, world.Webhook.Asked.Select(a => a.Guid));
        Assert.Equal(4, world.World.GitHub.Peer.Requests.Count(r => r.Method == "POST"));
    }

    [Fact]
    public async Task One_that_GitHub_cannot_send_does_not_keep_it_from_the_others()
    {
        await using var world = await MissedWorld.StartAsync();
        var ids = Enumerable.Range(1, 4).Select(i => world.Fail((10 - i) * Minute)).ToList();
        world.World.GitHub.Peer.Next(new PeerAnswer(500), 1, r => r.Method == "POST");
        world.World.GitHub.Peer.Next(new PeerAnswer(404), 1, r => r.Method == "POST");

        await world.SweepAsync();
        await world.SentAgainAsync(2);
        Assert.Equal(ids[2..], world.Webhook.Asked.Select(a => a.Guid));
        await world.SweepAsync();
        await world.SentAgainAsync(4);

        Assert.Equal(ids[..2], world.Webhook.Asked.Skip(2).Select(a => a.Guid));
        var told = await world.ToldAsync();
        Assert.Equal([(2, 2, 0), (4, 2, 0)], told.Select(t => (t.GetProperty("missing").GetInt32(), t.GetProperty("asked").GetInt32(), t.GetProperty("lost").GetInt32())));
    }

    [Theory]
    [InlineData(400, 2), InlineData(403, 7), InlineData(404, 2), InlineData(409, 2), InlineData(410, 2), InlineData(422, 2), InlineData(500, 2)]
    public async Task One_that_is_refused_is_asked_for_with_each_sweep_until_it_is_not_and_is_told_once(int status, int times)
    {
        await using var world = await MissedWorld.StartAsync();
        var ids = Enumerable.Range(1, 3).Select(i => world.Fail((10 - i) * Minute)).ToList();
        var refused = world.Webhook.PathOf(ids[0]);
        world.World.GitHub.Peer.Next(new PeerAnswer(status, """{"message":"Not this one"}"""), times, r => r.Path == refused);

        await world.SweepAsync();
        await world.SentAgainAsync(2);
        Assert.Equal(ids[1..], world.Webhook.Asked.Select(a => a.Guid));
        Assert.Equal(status != 500, (await world.LogAsync()).GetProperty("refusal").GetString()?.Contains("1 could not be had again", StringComparison.Ordinal) == true);
        for (var sweep = 2; sweep <= times; sweep++)
        {
            await world.SweepAsync();
        }

        Assert.Single(await world.ToldAsync());
        await world.SweepAsync();
        await world.SentAgainAsync(3);

        Assert.Equal(ids[0], world.Webhook.Asked[^1].Guid);
        Assert.Null((await world.LogAsync()).GetProperty("refusal").GetString());
        Assert.All(await world.ToldAsync(), told => Assert.Equal(0, told.GetProperty("lost").GetInt32()));
    }

    [Fact]
    public async Task Many_that_are_refused_do_not_keep_it_from_the_one_behind_them_and_are_lost_only_when_GitHub_forgets_them()
    {
        await using var world = await MissedWorld.StartAsync();
        var refused = Enumerable.Range(1, 15).Select(i => world.Fail((30 - i) * Minute)).ToList();
        var good = world.Fail(5 * Minute);
        var goodPath = world.Webhook.PathOf(good);
        world.World.GitHub.Peer.Next(new PeerAnswer(403, """{"message":"Resource not accessible"}"""), int.MaxValue, r => r.Method == "POST" && r.Path.StartsWith("/app/hook/", StringComparison.Ordinal) && r.Path != goodPath);

        await world.SweepAsync();
        Assert.Equal(10, Asks(world));
        await world.SweepAsync();
        await world.SentAgainAsync(1);
        Assert.Equal(good, Assert.Single(world.Webhook.Asked).Guid);
        await world.SweepAsync();
        refused.ForEach(world.Webhook.Forget);
        await world.SweepAsync();

        var told = await world.ToldAsync();
        Assert.Equal([15, 0, 0], told.Select(t => t.GetProperty("lost").GetInt32()));
        Assert.Contains(await world.MetricsAsync(), l => l.StartsWith("webhookbot_missed_deliveries_total{", StringComparison.Ordinal) && l.Contains("outcome=\"refused\",source=\"github\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_of_GitHub_of_any_length_loses_nothing()
    {
        await using var world = await MissedWorld.StartAsync();
        var ids = Enumerable.Range(1, 5).Select(i => world.Fail((10 - i) * Minute)).ToList();
        var isDown = true;
        world.World.GitHub.Peer.Next(new PeerAnswer(502), int.MaxValue, r => isDown && r.Method == "POST" && r.Path.StartsWith("/app/hook/", StringComparison.Ordinal));
        for (var sweep = 1; sweep <= 11; sweep++)
        {
            await world.SweepAsync();
        }

        Assert.NotNull((await world.LogAsync()).GetProperty("problem").GetString());
        isDown = false;
        await world.SweepAsync();
        await world.SentAgainAsync(ids.Count);

        Assert.Equal(ids.Order(), world.Webhook.Asked.Select(a => a.Guid).Order());
        Assert.Equal(0, Assert.Single(await world.ToldAsync()).GetProperty("lost").GetInt32());
    }

    private static int Asks(MissedWorld world) => world.World.GitHub.Peer.Requests.Count(r => r.Method == "POST" && r.Path.EndsWith("/attempts", StringComparison.Ordinal));

    [Fact]
    public async Task A_log_that_never_ends_is_read_to_an_end()
    {
        await using var world = await MissedWorld.StartAsync();
        var id = world.Fail(10 * Minute);
        var page = 0;
        world.World.GitHub.Peer.Next(PeerAnswer.Json(Array.Empty<object>()).With("Link", "<https://x.example/a?cursor=round>; rel=\"next\""), int.MaxValue, r =>
            r.Path == "/app/hook/deliveries" && ++page > 1);
        for (var i = 0; i < 150; i++)
        {
            world.Webhook.Log(world.Now - (5 * Minute), 200, "{}", id: id, isRepeat: true);
        }

        await world.SweepAsync();
        await world.SweepAsync();

        Assert.Null((await world.LogAsync()).GetProperty("problem").GetString());
        Assert.True(page > 3);
        Assert.DoesNotContain(world.World.GitHub.Peer.Requests, r => r.Header("Host")!.Contains("example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Entries_of_a_wrong_shape_are_passed_over_and_strange_ones_are_read_as_they_are_meant()
    {
        await using var world = await MissedWorld.StartAsync();
        var ids = Enumerable.Range(1, 7).Select(i => world.Fail((20 - i) * Minute)).ToList();
        var zoned = ids[6];
        world.Webhook.Distort = e =>
        {
            switch (ids.IndexOf((string?)e["guid"] ?? ""))
            {
                case 0: e["id"] = null; break;
                case 1: e["id"] = "../../../installations"; break;
                case 2: e["guid"] = new JsonObject(); break;
                case 3: e["delivered_at"] = "yesterday"; break;
                case 4: e["guid"] = new string('x', 5000); break;
                case 5: e["id"] = JsonNode.Parse(new string('9', 400)); break;
                case 6: e["delivered_at"] = (world.Now - (10 * Minute)).ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture); break;
            }
        };
        world.Webhook.Log(world.Now + TimeSpan.FromDays(5000), 200, "{}", id: "from-the-far-future");

        await world.SweepAsync();
        await world.SentAgainAsync(2);
        world.Webhook.Distort = null;
        var later = world.Fail(Minute);
        await world.SweepAsync();
        await Poll.UntilAsync(() => world.Webhook.Asked.Any(a => a.Guid == later));

        Assert.Contains(zoned, world.Webhook.Asked.Select(a => a.Guid));
        world.World.Verify();
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_stop_it()
    {
        await using var world = await MissedWorld.StartAsync();
        await world.SweepAsync();
        world.Clock.Jump(TimeSpan.FromDays(-2));
        var id = world.Fail(Minute);

        await world.SweepAsync();
        await world.SentAgainAsync(1);

        Assert.Equal(id, Assert.Single(world.Webhook.Asked).Guid);
    }

    [Fact]
    public async Task The_doctor_says_that_the_log_cannot_be_read()
    {
        using var shell = new Shell();
        await using var world = await MissedWorld.StartAsync();
        var well = await shell.RunAsync("doctor", "--server", world.Bot.Client.BaseAddress!.ToString());
        world.World.GitHub.Peer.Next(new PeerAnswer(401), int.MaxValue, r => r.Path == "/app/hook/deliveries");
        await world.SweepAsync();

        var ill = await shell.RunAsync("doctor", "--server", world.Bot.Client.BaseAddress!.ToString());

        Assert.Matches("(?m)^✓ github: looked for what never arrived at 20", well.Out);
        Assert.Equal(1, ill.Code);
        Assert.Matches("(?m)^✗ github: the sender's delivery log cannot be read, .*\r?\n    GitHub does not accept the app's credentials \\(401\\); check GitHub:AppId", ill.Out);
    }
}
