using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Recovery;

/// <summary>What Stripe could not deliver is fetched from its events.</summary>
public sealed class StripeTests : IAsyncLifetime
{
    private const string Key = "rk_test_may_read_events";
    private const string Rules = """
        sources:
          billing: { preset: stripe, secret: BILLING_SECRET }
        """;

    private readonly List<(string Id, long Created)> _undelivered = [];
    private readonly JumpingClock _clock = new();
    private FakePeer _stripe = null!;
    private RunningBot _bot = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stripe = await FakePeer.StartAsync();
        _stripe.On("GET", "/v1/events", List);
        _stripe.On("GET", "/v1/events/{id}", r => IsAllowed(r) ? new PeerAnswer(200, Event(r.Route["id"], 1)) : new PeerAnswer(401, """{"error":{"message":"Invalid API Key provided: rk_test_may"}}"""));
        var settings = new Dictionary<string, string?>
        {
            ["BILLING_SECRET"] = "whsec_test",
            ["Recovery:Stripe:ApiUrl"] = _stripe.Url.AbsoluteUri,
            ["Recovery:Stripe:ApiKey"] = Key,
            ["Recovery:Pace"] = "00:00:00.001",
            ["Recovery:Every"] = "00:05:00",
        };
        _bot = await RunningBot.StartAsync(Rules, settings, replace: services => services.AddSingleton<TimeProvider>(_clock));
        await SweptAsync(null);
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        await _stripe.DisposeAsync();
    }

    [Fact]
    public async Task Takes_each_event_that_did_not_arrive_once_over_several_pages()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        _undelivered.AddRange(Enumerable.Range(0, 250).Select(i => ($"evt_{i:D5}", now - (i * 60))));
        _undelivered.Add(("evt_older_than_the_window", now - (4 * 24 * 3600)));

        await SweepAsync();
        await SweepAsync();

        var listed = await ListedAsync("billing");
        Assert.Equal(250, listed.Count);
        Assert.All(listed, d => Assert.Equal(("billing.invoice.paid", "billing:in_1"), (d.GetProperty("event").GetString(), d.GetProperty("subject").GetString())));
        Assert.Equal(250, _stripe.Requests.Count(r => r.Path.StartsWith("/v1/events/", StringComparison.Ordinal)));
        var told = await _bot.GetDeliveryAsync(Assert.Single(await ListedAsync("bot")).GetProperty("id").GetString()!);
        Assert.Equal((250, 250, 0), (Number(told, "missing"), Number(told, "asked"), Number(told, "lost")));
        _stripe.Verify();
    }

    [Fact]
    public async Task Says_what_is_wrong_with_the_key_and_never_the_key()
    {
        _stripe.Next(new PeerAnswer(401, """{"error":{"message":"Invalid API Key provided: rk_test_may_read_events"}}"""));

        await SweepAsync();

        var log = await LogAsync();
        Assert.Equal("Stripe does not accept the key (401); check Recovery:Stripe:ApiKey", log.GetProperty("problem").GetString());
    }

    [Theory]
    [InlineData("""{"data":{}}""")]
    [InlineData("""[]""")]
    [InlineData("""{"data":[{"id":7},{"id":"evt_x","created":"soon"},{"id":"evt_y","created":99999999999999},null,[1]],"has_more":true}""")]
    [InlineData("""{"data":[{"id":"evt_../../x","created":1}],"has_more":true}""")]
    [InlineData("""{"data":""")]
    public async Task Answers_of_a_wrong_shape_do_no_harm(string answer)
    {
        _undelivered.Add(("evt_good", _clock.GetUtcNow().ToUnixTimeSeconds()));
        _stripe.Next(new PeerAnswer(200, answer));

        await SweepAsync();
        Assert.Empty(await ListedAsync("billing"));
        await SweepAsync();

        Assert.Single(await ListedAsync("billing"));
    }

    private static int Number(JsonElement delivery, string name) => delivery.GetProperty("payload").GetProperty(name).GetInt32();

    private static string Event(string id, long created) => JsonSerializer.Serialize(new { id, @object = "event", created, type = "invoice.paid", data = new { @object = new { id = "in_1" } } });

    private static bool IsAllowed(PeerRequest r) => r.Header("Authorization") == $"Bearer {Key}";

    private PeerAnswer List(PeerRequest r)
    {
        string[] known = ["limit", "delivery_success", "created[gte]", "starting_after"];
        if (!IsAllowed(r) || r.Query.Keys.Except(known).Any() || r.Query["limit"] != "100" || r.Query["delivery_success"] != "false")
        {
            _stripe.Complain($"{r} is not as it should be: {string.Join(", ", r.Query)}");
            return new PeerAnswer(400);
        }

        var since = long.Parse(r.Query["created[gte]"], CultureInfo.InvariantCulture);
        var all = _undelivered.Where(e => e.Created >= since).OrderByDescending(e => e.Created).ToList();
        var from = r.Query.TryGetValue("starting_after", out var after) ? all.FindIndex(e => e.Id == after) + 1 : 0;
        var data = string.Join(",", all.Skip(from).Take(100).Select(e => Event(e.Id, e.Created)));
        return new PeerAnswer(200, $$"""{"object":"list","url":"/v1/events","has_more":{{(from + 100 < all.Count ? "true" : "false")}},"data":[{{data}}]}""");
    }

    private async Task SweepAsync()
    {
        var before = (await LogAsync()).GetProperty("tried_at").GetString();
        _clock.Jump(TimeSpan.FromMinutes(5));
        await SweptAsync(before);
    }

    private Task<string?> SweptAsync(string? before) => Poll.UntilAsync(async () => (await LogAsync()).GetProperty("tried_at").GetString(), now => now is not null && now != before);

    private async Task<JsonElement> LogAsync() =>
        (await _bot.Client.GetFromJsonAsync<JsonElement>("/api/sources", Stop)).GetProperty("items").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "billing").GetProperty("delivery_log");

    private async Task<List<JsonElement>> ListedAsync(string source) =>
        [.. (await _bot.Client.GetFromJsonAsync<JsonElement>($"/api/deliveries?source={source}&limit=1000", Stop)).GetProperty("items").EnumerateArray()];
}
