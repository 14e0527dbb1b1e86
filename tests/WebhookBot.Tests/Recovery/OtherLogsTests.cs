using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Recovery;

/// <summary>Sources that are known by other ids than their sender's log, and logs that are looked through beside each other.</summary>
public sealed class OtherLogsTests
{
    [Theory]
    [InlineData("dedupe: body")]
    [InlineData("id: { json: id }")]
    public async Task Asks_for_nothing_again_when_deliveries_are_not_known_by_the_ids_of_the_log(string how)
    {
        await using var world = await MissedWorld.StartAsync(new JumpingClock(), $$"""
            sources:
              github: { preset: github, secret: GITHUB_WEBHOOK_SECRET, {{how}} }
              alertmanager: { preset: alertmanager, secret: ALERTMANAGER_TOKEN }
            """);
        world.Target.Answer = (_, _) => Task.FromResult(400);
        await world.Webhook.SendAsync(MissedWorld.Push("that-dies"), id: "that-dies");
        await world.DoneAsync(1);
        world.Fail(TimeSpan.FromMinutes(1));

        for (var i = 0; i < 3; i++)
        {
            world.Clock.Jump(TimeSpan.FromMinutes(11));
            await world.Bot.Client.GetStringAsync("/readyz", TestContext.Current.CancellationToken);
        }

        // A delivery that is sent now is done, so whatever the sweeps had asked for would have been, too.
        await world.Webhook.SendAsync(MissedWorld.Push("another"), id: "another");
        await world.DoneAsync(2);
        Assert.Empty(world.Webhook.Asked);
        Assert.Equal(2, world.Target.Effects.Count);
    }

    [Fact]
    public async Task Looks_through_one_log_while_the_other_is_still_being_worked_off()
    {
        await using var stripe = await FakePeer.StartAsync();
        stripe.On("GET", "/v1/events", _ => new PeerAnswer(200, """{"object":"list","data":[],"has_more":false}"""));
        await using var world = await MissedWorld.StartAsync(
            new JumpingClock(),
            """
            sources:
              github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }
              alertmanager: { preset: alertmanager, secret: ALERTMANAGER_TOKEN }
              billing: { preset: stripe, secret: BILLING_SECRET }
            """,
            ("BILLING_SECRET", "whsec_test"), ("Recovery:Stripe:ApiUrl", stripe.Url.AbsoluteUri), ("Recovery:Stripe:ApiKey", "rk_test_may_read_events"), ("Recovery:Pace", "00:01:00"));
        await world.SweptAsync();
        for (var i = 0; i < 100; i++)
        {
            world.Fail(TimeSpan.FromSeconds(10));
        }

        world.Clock.Jump(TimeSpan.FromMinutes(5));
        await Poll.UntilAsync(() => world.Webhook.Asked.Count >= 1);

        for (var i = 0; i < 3; i++)
        {
            var before = stripe.Requests.Count;
            world.Clock.Jump(TimeSpan.FromMinutes(6));
            await Poll.UntilAsync(() => stripe.Requests.Count > before, () => $"Stripe was asked {before} times, GitHub for {world.Webhook.Asked.Count}");
        }

        Assert.InRange(world.Webhook.Asked.Count, 1, 99);
    }
}
