using System.Collections.Concurrent;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Retries;

/// <summary>What counts as an attempt, how far apart they are, and what they say of a target.</summary>
public sealed class AttemptTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(408, "0")]
    [InlineData(408, "Mon, 04 May 2026 09:59:00 GMT")]
    [InlineData(502, "0")]
    public async Task Are_apart_though_the_target_wants_none_of_it(int status, string after)
    {
        await using var world = await SimulatedBot.StartAsync(u => $$"""
            rules:
              call: { on: github.push, then: [ http: { url: "{{u}}hook" } ] }
            """, ("Actions:BreakAfter", "0"));
        world.Target.On("POST", "hook", _ => new PeerAnswer(status).With("Retry-After", after));

        var id = await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push"));
        await world.TakenUpAsync(id);
        await world.PassAsync(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(200));

        var action = (await world.Bot.GetDeliveryAsync(id)).GetProperty("actions")[0];
        Assert.Equal("retrying", action.Status());
        Assert.InRange(action.Attempts().Count, 1, 6);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("3")]
    public async Task Are_not_used_up_by_waiting_for_a_message_to_answer_to(string retry)
    {
        await using var world = await SimulatedBot.StartAsync(_ => $$"""
            rules:
              reply: { on: github.push, then: [ { slack.post: { channel: "#dev", text: "a detail", thread: "nobody" }, retry: {{retry}} } ] }
            """);
        var id = await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push"));
        await world.TakenUpAsync(id);

        await world.PassAsync(TimeSpan.FromSeconds(100), s_second);

        var message = Assert.Single(world.Slack.Messages);
        Assert.Equal("a detail", message.Text);
        Assert.Contains("not in a thread", (await world.Bot.FinishedAsync(id, "done")).GetProperty("actions").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_not_used_up_by_a_limit_on_looking_a_person_up()
    {
        await using var world = await SimulatedBot.StartAsync(_ => """
            rules:
              tell: { on: github.push, then: [ slack.post: { channel: "@dev@example.com", text: hello } ] }
            """);
        world.Slack.AddPerson("dev@example.com");
        var calls = new ConcurrentQueue<DateTimeOffset>();
        var opens = world.Clock.GetUtcNow() + TimeSpan.FromMinutes(2);
        world.Slack.Peer.Next(new PeerAnswer(429, """{"ok":false,"error":"ratelimited"}""").With("Retry-After", "30"), int.MaxValue, r =>
        {
            var isLimited = r.Path.EndsWith("users.lookupByEmail", StringComparison.Ordinal) && world.Clock.GetUtcNow() < opens;
            if (isLimited)
            {
                calls.Enqueue(world.Clock.GetUtcNow());
            }

            return isLimited;
        });

        var id = await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push"));
        await world.TakenUpAsync(id);
        await world.PassAsync(TimeSpan.FromMinutes(4), s_second);

        Assert.Single(world.Slack.Messages);
        Assert.InRange(calls.Count, 1, 4);
    }

    [Fact]
    public async Task Say_nothing_of_a_target_that_they_did_not_call()
    {
        await using var world = await SimulatedBot.StartAsync(u => $$"""
            rules:
              call: { on: github.push, then: [ { http: { url: "{{u}}hook" }, retry: false } ] }
              bad: { on: github.issues.opened, then: [ { http: { url: "{{u}}hook", headers: { Content-Type: "{{"{{issue.title}}"}}" } }, retry: false } ] }
            """);
        world.Target.On("POST", "hook", _ => new PeerAnswer(500));
        for (var i = 0; i < 5; i++)
        {
            await world.TakenUpAsync(await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push")));
        }

        Assert.Single(await world.TargetsAsync());
        world.Clock.Advance(TimeSpan.FromSeconds(11));
        await world.TakenUpAsync(await world.Bot.SendGitHubAsync("issues", BotWorld.Sample("github.issues.opened")));

        var open = Assert.Single(await world.TargetsAsync());
        Assert.Equal("open", open.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Are_not_made_while_the_setting_to_sign_with_is_missing_but_told()
    {
        await using var world = await SimulatedBot.StartAsync(u => $$"""
            rules:
              signed: { on: github.push, then: [ { http: { url: "{{u}}hook", sign: NO_SUCH_SECRET } } ] }
            """);

        var id = await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push"));

        var action = (await world.Bot.FinishedAsync(id, "done")).GetProperty("actions")[0];
        Assert.Equal("shadow", action.Status());
        Assert.Contains("NO_SUCH_SECRET", Assert.Single(action.Attempts()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(world.Target.Requests);
    }

    [Fact]
    public async Task Of_what_follows_are_not_made_when_what_must_succeed_before_was_dropped_as_too_old()
    {
        await using var world = await SimulatedBot.StartAsync(u => $$"""
            rules:
              chain:
                on: github.push
                then:
                  - { http: { url: "{{u}}hook" }, stop_on_failure: true, retry: { attempts: 8, base: 5s, max_age: 1m } }
                  - slack.post: { channel: "#dev", text: "deployed" }
            """);
        world.Target.On("POST", "hook", _ => new PeerAnswer(500));

        var id = await world.Bot.SendGitHubAsync("push", BotWorld.Sample("github.push"));
        await Poll.UntilAsync(() => world.Bot.GetDeliveryAsync(id), d => d.GetProperty("actions") is { ValueKind: System.Text.Json.JsonValueKind.Array } actions && actions.GetArrayLength() == 2 && actions[0].Attempts().Count > 0);
        await world.PassAsync(TimeSpan.FromMinutes(3), 5 * s_second);

        var done = await world.Bot.FinishedAsync(id, "done");
        Assert.Equal(["skipped", "skipped"], done.GetProperty("actions").EnumerateArray().Select(a => a.Status()));
        Assert.Contains("not done in time", done.GetProperty("actions")[1].ToString(), StringComparison.Ordinal);
        Assert.Empty(world.Slack.Messages);
    }
}
