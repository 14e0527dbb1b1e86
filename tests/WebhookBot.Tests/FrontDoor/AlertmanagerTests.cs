using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.FrontDoor;

/// <summary>A real Alertmanager, and the rules about alerts as they are shipped.</summary>
public sealed class AlertmanagerTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["alertname"] = "HighErrorRate", ["severity"] = "critical" };
    private static readonly Dictionary<string, string> Annotations = new() { ["summary"] = "5 % of checkouts fail <!here>" };

    [Fact]
    public async Task Keeps_one_message_for_an_alert_through_its_end_and_its_return()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        await using var alertmanager = await RealAlertmanager.StartAsync(Hook(world), RunningBot.AlertmanagerToken);

        var alert = await alertmanager.FireAsync(Labels, Annotations);
        await TextAsync(world, alertmanager, text => text.StartsWith(":fire:", StringComparison.Ordinal));
        var message = Assert.Single(world.Slack.Messages);
        Assert.Equal(":fire: *HighErrorRate* 5 % of checkouts fail &lt;!here&gt;", message.Text);

        await alertmanager.ResolveAsync(alert);
        await TextAsync(world, alertmanager, text => text == ":white_check_mark: *HighErrorRate* resolved");

        await alertmanager.FireAsync(Labels, Annotations);
        await TextAsync(world, alertmanager, text => text.StartsWith(":fire:", StringComparison.Ordinal));
        var last = Assert.Single(world.Slack.Messages);
        Assert.Equal((message.Channel, message.Ts, 2), (last.Channel, last.Ts, last.Updates));
        world.Verify();
    }

    [Fact]
    public async Task Tells_what_a_prometheus_behind_it_sees_and_that_it_is_over()
    {
        const string Rules = """
            rules:
              any-alert:
                on: alert.*
                if: { alert.severity: critical }
                then:
                  - slack.post:
                      channel: "#incidents"
                      key: "{{alert.fingerprint}}"
                      text: "{{alert.status}}: {{alert.name}} on {{items.[0].labels.job}}: {{alert.summary}}"
            """;
        await using var world = await BotWorld.StartAsync(Rules);
        await using var shop = await FakePeer.StartAsync();
        var isUp = false;
        shop.On("GET", "metrics", _ => isUp ? new PeerAnswer(200, "orders_total 7\n") : new PeerAnswer(503, "down"));
        await using var alertmanager = await RealAlertmanager.StartAsync(Hook(world), RunningBot.AlertmanagerToken);
        await using var prometheus = await RealPrometheus.StartAsync(alertmanager.Address, shop.Url, "ShopDown", "the shop does not answer");

        await TextAsync(world, alertmanager, text => text == "firing: ShopDown on shop: the shop does not answer");
        isUp = true;
        await TextAsync(world, alertmanager, text => text == "resolved: ShopDown on shop: the shop does not answer");

        Assert.Single(world.Slack.Messages);
        world.Verify();
    }

    [Fact]
    public async Task Refuses_an_alertmanager_with_the_wrong_token_and_keeps_nothing()
    {
        await using var world = await BotWorld.StartAsync(rules: null);
        await using var alertmanager = await RealAlertmanager.StartAsync(Hook(world), "not-the-token");

        await alertmanager.FireAsync(Labels, Annotations);
        await Poll.UntilAsync(() => alertmanager.Log.Contains("401", StringComparison.Ordinal), () => alertmanager.Log);

        var list = await world.Bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries", TestContext.Current.CancellationToken);
        Assert.Equal(0, list.GetProperty("items").GetArrayLength());
        Assert.Empty(world.Slack.Peer.Requests);
    }

    private static Uri Hook(BotWorld world) => new(world.Bot.Client.BaseAddress!, "/hooks/alertmanager");

    private static Task<string> TextAsync(BotWorld world, RealAlertmanager alertmanager, Func<string, bool> isRight) =>
        Poll.UntilAsync(() => Task.FromResult(world.Slack.Messages is [.., var last] ? last.Text ?? "" : ""), isRight, () => alertmanager.Log);
}
