using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Retries;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Drivers;

/// <summary>The bot between a GitHub, a Slack and any other target, all on a clock that a test sets forward: hours pass in seconds.</summary>
internal sealed class SimulatedBot : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SimulatedBot(FakeTimeProvider clock, FakeGitHub github, FakeSlack slack, FakePeer target) =>
        (Clock, GitHub, Slack, Target) = (clock, github, slack, target);

    public FakeTimeProvider Clock { get; }

    public FakeGitHub GitHub { get; }

    public FakeSlack Slack { get; }

    /// <summary>What the action <c>http</c> calls.</summary>
    public FakePeer Target { get; }

    public RunningBot Bot { get; private set; } = null!;

    /// <summary>Starts it with rules made of the target's address.</summary>
    public static async Task<SimulatedBot> StartAsync(Func<Uri, string> rules, params (string Key, string? Value)[] settings)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 10, 0, 0, TimeSpan.Zero));
        var world = new SimulatedBot(clock, await FakeGitHub.StartAsync(clock), await FakeSlack.StartAsync(), await FakePeer.StartAsync());
        world.Slack.AddChannel("dev");
        world.Slack.AddChannel("ops");
        world.GitHub.Repository("acme/shop", installation: 31415926);
        var all = world.GitHub.Settings.Concat(world.Slack.Settings).ToDictionary();
        all["Http:AllowPrivateAddresses"] = "true";
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        world.Bot = await RunningBot.StartAsync(rules(world.Target.Url), all, world._folder, services => services.AddSingleton<TimeProvider>(clock));
        return world;
    }

    /// <summary>Lets that time go by in steps, and everything that falls due be done.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step, Func<Task>? each = null)
    {
        for (var end = Clock.GetUtcNow() + time; Clock.GetUtcNow() < end;)
        {
            Clock.Advance(step);
            if (each is not null)
            {
                await each();
            }

            await Bot.Services.GetRequiredService<RetrySweepJob>().SweepAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until each action of the delivery was tried or put off.</summary>
    public async Task<JsonElement> TakenUpAsync(string id) =>
        await Poll.UntilAsync(() => Bot.GetDeliveryAsync(id), d => d.GetProperty("actions").GetArrayLength() > 0 && d.GetProperty("actions").EnumerateArray().All(a => a.Attempts().Count > 0));

    /// <summary>The targets that are not called at will.</summary>
    public async Task<List<JsonElement>> TargetsAsync() =>
        [.. (await Bot.Client.GetFromJsonAsync<JsonElement>("/api/targets", TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray()];

    public async ValueTask DisposeAsync()
    {
        await Bot.DisposeAsync();
        await GitHub.DisposeAsync();
        await Slack.DisposeAsync();
        await Target.DisposeAsync();
        _folder.Dispose();
    }
}
