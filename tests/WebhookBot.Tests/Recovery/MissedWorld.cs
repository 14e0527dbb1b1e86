using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Faults;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Recovery;

/// <summary>A bot, the app's webhook with its log, and a target that counts what was done about each delivery.</summary>
internal sealed class MissedWorld : IAsyncDisposable
{
    private MissedWorld(StandIn target, BotWorld world) => (Target, World) = (target, world);

    public StandIn Target { get; }

    public BotWorld World { get; }

    public RunningBot Bot => World.Bot;

    public JumpingClock Clock => World.Clock;

    public FakeWebhook Webhook => World.GitHub.Webhook;

    public DateTimeOffset Now => Clock.GetUtcNow();

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<MissedWorld> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(new JumpingClock(), settings);

    /// <summary>Starts it; the first sweep has ended when this returns.</summary>
    public static async Task<MissedWorld> StartAsync(JumpingClock clock, params (string Key, string? Value)[] settings)
    {
        var world = await StartAsync(clock, RunningBot.Sources, settings);
        await world.SweptAsync();
        return world;
    }

    /// <summary>Starts it with other sources; no sweep need have ended.</summary>
    public static async Task<MissedWorld> StartAsync(JumpingClock clock, string sources, params (string Key, string? Value)[] settings)
    {
        var target = await StandIn.StartAsync();
        (string, string?)[] own =
        [
            ("Http:AllowPrivateAddresses", "true"),
            ("Recovery:Every", "00:05:00"),
            ("Recovery:Pace", "00:00:00.001"),
        ];
        return new MissedWorld(target, await BotWorld.StartAsync(clock, sources, FaultBot.Rules(target.Step), [.. own, .. settings]));
    }

    /// <summary>What a push of that id carries.</summary>
    public static string Push(string id) => JsonSerializer.Serialize(
        new { id, number = 1, @ref = $"refs/heads/{id}", repository = new { full_name = "acme/shop" } }, Indented);

    /// <summary>Writes deliveries down that did not arrive; their ids.</summary>
    public string Fail(TimeSpan ago, int status = 0)
    {
        var id = Guid.NewGuid().ToString();
        return Webhook.Log(Now - ago, status, Push(id), id: id);
    }

    /// <summary>Lets so much time go by that there is another sweep, and waits for its end.</summary>
    public async Task SweepAsync(TimeSpan? after = null)
    {
        var before = (await LogAsync()).GetProperty("tried_at").GetString();
        Clock.Jump(after ?? TimeSpan.FromMinutes(5));
        await SweptAsync(before);
    }

    /// <summary>Waits until a sweep has ended; another than the one that ended at that time.</summary>
    public Task SweptAsync(string? before = null, string source = "github") =>
        Poll.UntilAsync(async () => (await LogAsync(source)).GetProperty("tried_at").GetString(), now => now is not null && now != before);

    public async Task<string[]> MetricsAsync() => (await Bot.Client.GetStringAsync("/metrics", Stop)).Split('\n');

    /// <summary>Waits until what was asked for has been sent again.</summary>
    public Task SentAgainAsync(int count) => Poll.UntilAsync(() => Webhook.Asked.Count == count && Webhook.IsIdle, () => $"{Webhook.Asked.Count} asked, {Target.Effects.Count} done");

    /// <summary>Waits until the actions of so many deliveries were carried out.</summary>
    public Task DoneAsync(int count) => Poll.UntilAsync(() => Target.Effects.Count >= count, () => $"{Target.Effects.Count} done");

    /// <summary>What the bot told of itself, newest first.</summary>
    public async Task<List<JsonElement>> ToldAsync()
    {
        var listed = await Bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries?source=bot", Stop);
        var told = new List<JsonElement>();
        foreach (var item in listed.GetProperty("items").EnumerateArray())
        {
            Assert.Equal("bot.missed_deliveries", item.GetProperty("event").GetString());
            told.Add((await Bot.GetDeliveryAsync(item.GetProperty("id").GetString()!)).GetProperty("payload"));
        }

        return told;
    }

    /// <summary>What the API tells of the source's log.</summary>
    public async Task<JsonElement> LogAsync(string source = "github") =>
        (await Bot.Client.GetFromJsonAsync<JsonElement>("/api/sources", Stop)).GetProperty("items").EnumerateArray().Single(s => s.GetProperty("name").GetString() == source).GetProperty("delivery_log");

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        await Target.DisposeAsync();
    }
}
