using System.Text.Json.Nodes;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Recovery;

/// <summary>With <c>Recovery:Pull</c> nothing needs to reach the bot: it fetches what GitHub logs.</summary>
public sealed class PullTests
{
    private static readonly TimeSpan PollTime = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Works_off_what_it_fetches_as_if_it_had_been_sent()
    {
        await using var world = await StartAsync();
        var id = await world.Webhook.SendAsync(BotWorld.Sample("github.pull_request.opened"), "pull_request");
        var push = await world.Webhook.SendAsync(MissedWorld.Push("fetched-from-the-log"), id: "fetched-from-the-log");

        await world.SweepAsync(PollTime);
        await world.DoneAsync(1);
        await world.SweepAsync(PollTime);

        var delivery = await world.Bot.FinishedAsync(id);
        Assert.Equal(("github.pull_request.opened", "github:acme/shop#42"), (delivery.GetProperty("event").GetString(), delivery.GetProperty("subject").GetString()));
        Assert.Equal(JsonNode.Parse(BotWorld.Sample("github.pull_request.opened"))!.ToJsonString(), JsonNode.Parse(delivery.GetProperty("payload").GetRawText())!.ToJsonString());
        var headers = delivery.GetProperty("headers");
        Assert.Matches("^nobody: fetched from http://127.0.0.1:[0-9]+/app/hook/deliveries/[0-9]+, whose answer has no signature$", headers.GetProperty("WebhookBot-Verified-By").GetString());
        Assert.Equal("471", headers.GetProperty("X-GitHub-Hook-ID").GetString());
        Assert.False(headers.TryGetProperty("X-Hub-Signature-256", out _));
        Assert.Equal(push, Assert.Single(world.Target.Effects).Id);
        Assert.Empty(world.Webhook.Asked);
        Assert.Empty(await world.ToldAsync());
        world.World.Verify();
    }

    [Fact]
    public async Task Works_one_that_is_fetched_and_sent_off_once_also_after_a_restart()
    {
        await using var world = await StartAsync();
        var id = await world.Webhook.SendAsync(MissedWorld.Push("fetched-and-sent-as-well"), id: "fetched-and-sent-as-well");
        await world.SweepAsync(PollTime);
        await world.DoneAsync(1);
        using var sent = await world.Bot.PostGitHubAsync("push", MissedWorld.Push(id), id);
        await world.World.RestartAsync();
        world.Webhook.Url = null;
        await world.SweptAsync();

        Assert.Equal(200, (int)sent.StatusCode);
        Assert.Equal(id, Assert.Single(world.Target.Effects).Id);
        Assert.Single(world.World.GitHub.Peer.Requests, r => r.Path.StartsWith("/app/hook/deliveries/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Does_not_take_what_was_not_sent_to_this_app_or_cannot_be_worked_off()
    {
        await using var world = await StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add($"one-that-is-not-taken-{i}");
            await world.Webhook.SendAsync(MissedWorld.Push(ids[i]), id: ids[i]);
        }

        world.Webhook.Distort = e => Distort(e, ids.IndexOf((string)e["guid"]!));
        var good = await world.Webhook.SendAsync(MissedWorld.Push("the-good-one-of-them"), id: "the-good-one-of-them");

        await world.SweepAsync(PollTime);
        await world.DoneAsync(1);
        await world.SweepAsync(PollTime);

        Assert.Equal(good, Assert.Single(world.Target.Effects).Id);
        Assert.Equal(8, Assert.Single(await world.ToldAsync()).GetProperty("lost").GetInt32());
        world.World.Verify();
    }

    [Fact]
    public async Task Headers_that_no_sender_sends_are_not_kept()
    {
        await using var world = await StartAsync();
        world.Webhook.Distort = e =>
        {
            if (e["request"]?["headers"] is JsonObject headers)
            {
                headers["X-Broken"] = "a\r\nX-Other: b";
                headers["X Y:"] = "c";
                headers["X-List"] = new JsonArray("d");
                headers["X-Long"] = new string('x', 10_000);
                headers["WebhookBot-Verified-By"] = "THE_BOSS";
                headers["Authorization"] = "Bearer very-secret-token";
            }
        };
        var id = await world.Webhook.SendAsync(MissedWorld.Push("with-strange-headers"), id: "with-strange-headers");

        await world.SweepAsync(PollTime);
        var delivery = await world.Bot.FinishedAsync(id);

        var text = delivery.GetProperty("headers").ToString();
        Assert.DoesNotContain("X-Broken", text, StringComparison.Ordinal);
        Assert.DoesNotContain("X Y", text, StringComparison.Ordinal);
        Assert.DoesNotContain("xxxx", text, StringComparison.Ordinal);
        Assert.DoesNotContain("THE_BOSS", text, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret-token", text, StringComparison.Ordinal);
    }

    private static void Distort(JsonObject e, int which)
    {
        if (e["request"] is not JsonObject request || request["headers"] is not JsonObject headers)
        {
            return;
        }

        switch (which)
        {
            case 0: headers["X-GitHub-Hook-Installation-Target-ID"] = "999"; break;
            case 1: headers["X-GitHub-Hook-Installation-Target-Type"] = "repository"; break;
            case 2: headers["X-GitHub-Delivery"] = "the-good-one-of-them"; break;
            case 3: request["payload"] = "payload=%7B%7D"; break;
            case 4: request["payload"] = null; break;
            case 5: headers["X-GitHub-Event"] = "push\nping"; break;
            case 6: headers.Remove("X-GitHub-Event"); break;
            case 7: request["payload"] = new JsonArray(1); break;
        }
    }

    private static async Task<MissedWorld> StartAsync()
    {
        var world = await MissedWorld.StartAsync(("Recovery:Pull", "true"));
        world.Webhook.Url = null;
        return world;
    }
}
