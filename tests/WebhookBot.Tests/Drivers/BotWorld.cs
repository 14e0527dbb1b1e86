using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Drivers;

/// <summary>The bot between a GitHub and a Slack that complain about every call that is not as it should be.</summary>
internal sealed class BotWorld : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _settings = new()
    {
        // A retry is due when the sweep next comes round, a second later at most.
        ["Actions:BaseDelay"] = "00:00:00.050",
        ["Pipeline:PostponeBase"] = "00:00:00.300",

        // Who tests the pace says so.
        ["GitHub:WriteInterval"] = "00:00:00",
        ["Slack:MessageInterval"] = "00:00:00",
        ["Rules:WatchEvery"] = "00:00:00.200",

        // Only tests of what was missed count what GitHub is asked about it.
    };

    private BotWorld(FakeGitHub github, FakeSlack slack) => (GitHub, Slack) = (github, slack);

    public FakeGitHub GitHub { get; }

    public FakeSlack Slack { get; }

    public RunningBot Bot { get; private set; } = null!;

    /// <summary>The bot's clock, and GitHub's.</summary>
    public JumpingClock Clock { get; private init; } = null!;

    /// <summary>acme/shop, which the samples are about.</summary>
    public FakeRepository Shop => GitHub.Repository("acme/shop", installation: 31415926);

    /// <summary>Starts it with those rules; with the rules that are shipped when they are null.</summary>
    public static Task<BotWorld> StartAsync(string? rules, params (string Key, string? Value)[] settings) => StartAsync(new JumpingClock(), rules, settings);

    /// <summary>Starts it with a clock of the test's own.</summary>
    public static Task<BotWorld> StartAsync(JumpingClock clock, string? rules, params (string Key, string? Value)[] settings) => StartAsync(clock, null, rules, settings);

    /// <summary>The same with other sources.</summary>
    public static async Task<BotWorld> StartAsync(JumpingClock clock, string? sources, string? rules, (string Key, string? Value)[] settings)
    {
        var world = new BotWorld(await FakeGitHub.StartAsync(clock), await FakeSlack.StartAsync()) { Clock = clock };
        if (sources is not null)
        {
            world._folder.Write("rules/sources.yml", sources);
        }

        _ = world.Shop;
        world.Slack.AddChannel("dev");
        world.Slack.AddChannel("incidents");
        foreach (var (key, value) in world.GitHub.Settings.Concat(world.Slack.Settings).Concat(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))))
        {
            world._settings[key] = value;
        }

        if (rules is null)
        {
            ShippedRules.CopyTo(Path.Combine(world._folder.Path, "rules"));
        }

        await world.StartBotAsync(rules ?? "");
        return world;
    }

    /// <summary>Stops the bot and starts another on the same folder.</summary>
    public async Task RestartAsync()
    {
        await RestartAsync(TimeSpan.Zero);
    }

    /// <summary>Stops the bot, lets that time go by, and starts another on the same folder.</summary>
    public async Task RestartAsync(TimeSpan down)
    {
        await Bot.StopAsync();
        await Bot.DisposeAsync();
        Clock.Jump(down);
        await StartBotAsync("");
    }

    /// <summary>Writes the rule file anew and waits until it is in force.</summary>
    public async Task ChangeRulesAsync(string rules)
    {
        var before = await HashAsync();
        _folder.Write("rules/rules.yml", rules);
        await Poll.UntilAsync(HashAsync, hash => hash != before);
    }

    /// <summary>A sample of GitHub's, changed.</summary>
    public static string Sample(string name, params (string Path, JsonNode? Value)[] changes)
    {
        var payload = JsonNode.Parse(SampleCatalog.Find(name)!)!;
        foreach (var (path, value) in changes)
        {
            PayloadOverrides.Set(payload, path, JsonSerializer.SerializeToElement(value));
        }

        return payload.ToJsonString();
    }

    /// <summary>Sends a delivery and waits until nothing more is to be done about it.</summary>
    public async Task<JsonElement> DeliverAsync(string eventName, string body, string? status = null) =>
        await Bot.FinishedAsync(await Bot.SendGitHubAsync(eventName, body), status);

    /// <summary>Throws when any call was wrong.</summary>
    public void Verify()
    {
        GitHub.Verify();
        Slack.Verify();
    }

    public async ValueTask DisposeAsync()
    {
        await Bot.DisposeAsync();
        await GitHub.DisposeAsync();
        await Slack.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartBotAsync(string rules)
    {
        Bot = await RunningBot.StartAsync(rules, _settings, _folder, services => services.AddSingleton<TimeProvider>(Clock));
        GitHub.Webhook.Url = new Uri(Bot.Client.BaseAddress!, "/hooks/github");
    }

    private async Task<string?> HashAsync() =>
        (await Bot.Client.GetFromJsonAsync<JsonElement>("/api/rules", TestContext.Current.CancellationToken)).GetProperty("hash").GetString();
}

/// <summary>The rules folder of the repository.</summary>
internal static class ShippedRules
{
    public static string Folder { get; } = Repository.PathOf("rules");

    public static void CopyTo(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*.yml", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
    }
}

/// <summary>Reads the API's JSON as a test thinks of it.</summary>
internal static class Deliveries
{
    public static string Status(this JsonElement thing) => thing.GetProperty("status").GetString()!;

    public static JsonElement Action(this JsonElement delivery, string rule) =>
        Assert.Single(delivery.GetProperty("actions").EnumerateArray(), a => a.GetProperty("rule").GetString() == rule);

    public static JsonElement Rule(this JsonElement delivery, string rule) =>
        Assert.Single(delivery.GetProperty("rules").EnumerateArray(), r => r.GetProperty("rule").GetString() == rule);

    public static List<JsonElement> Attempts(this JsonElement action) => [.. action.GetProperty("attempts").EnumerateArray()];

    public static DateTimeOffset Time(this JsonElement attempt, string name) => attempt.GetProperty(name).GetDateTimeOffset();

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
