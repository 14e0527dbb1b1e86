using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>What the fault tests have in common: the rules, the deliveries, and what they ask a bot, in whatever process it runs.</summary>
internal static class FaultBot
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Dictionary<string, string> Settings => new()
    {
        ["GITHUB_WEBHOOK_SECRET"] = RunningBot.GitHubSecret,
        ["Http:AllowPrivateAddresses"] = "true",
        ["Logging:LogLevel:WebhookBot.Pipeline.DeliveryStory"] = "Warning",
    };

    /// <summary>One source, one rule that matches every push, and one that matches none.</summary>
    public static string Rules(params string[] steps) => $$"""
        rules:
          tell:
            on: github.push
            then:
        {{string.Join('\n', steps.Select(step => "      - " + step))}}
          nothing:
            on: github.push
            if: { ref: refs/heads/there-is-no-such-branch }
            then:
              - http: { url: "https://nowhere.example/" }
        """;

    /// <summary>What is left of a bot that works in that folder when it is killed: a copy of its journal's files.</summary>
    public static TemporaryFolder Killed(TemporaryFolder bot)
    {
        var left = new TemporaryFolder();
        var journal = Directory.CreateDirectory(Path.Combine(left.Path, "data", "journal")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(bot.Path, "data", "journal")).Where(file => Path.GetFileName(file) != "lock"))
        {
            File.Copy(file, Path.Combine(journal, Path.GetFileName(file)));
        }

        return left;
    }

    public static BotOptions Options(TemporaryFolder folder, string rules, Uri? address = null)
    {
        folder.Write("rules/sources.yml", "sources:\n  github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }\n");
        folder.Write("rules/rules.yml", rules);
        return new BotOptions
        {
            Rules = Path.Combine(folder.Path, "rules"),
            Data = Path.Combine(folder.Path, "data"),
            Settings = Settings,
            Address = address,
        };
    }

    /// <summary>A push; its subject is the branch.</summary>
    public static HttpRequestMessage Push(string id, int number = 0, string? branch = null, int filler = 0)
    {
        var noise = new byte[filler * 3 / 4];
        Random.Shared.NextBytes(noise);
        var body = JsonSerializer.Serialize(new
        {
            id,
            number,
            @ref = branch ?? id,
            repository = new { full_name = "acme/shop" },
            filler = Convert.ToBase64String(noise),
        });
        return RunningBot.GitHubRequest("push", Encoding.UTF8.GetBytes(body), id);
    }

    /// <summary>Sends it until it is taken or held already; true when it was new.</summary>
    public static async Task<bool> SendAsync(this HttpClient client, string id, int number = 0, string? branch = null, int filler = 0)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.SendAsync(Push(id, number, branch, filler), Stop);
                if (answer.IsSuccessStatusCode)
                {
                    var said = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
                    Assert.Equal(id, said.GetProperty("id").GetString());
                    return (int)answer.StatusCode == 202;
                }
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                // The bot is down; its sender comes again.
            }

            await Task.Delay(20, Stop);
        }
    }

    /// <summary>Every delivery, from page to page.</summary>
    public static async Task<List<JsonElement>> ListAllAsync(this HttpClient client)
    {
        var all = new List<JsonElement>();
        for (string? cursor = null; ;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/deliveries?limit=500{(cursor is null ? "" : "&cursor=" + cursor)}", Stop);
            all.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
            if (cursor is null)
            {
                return all;
            }
        }
    }

    public static Task<JsonElement> FindAsync(this HttpClient client, string id) => client.GetFromJsonAsync<JsonElement>($"/api/deliveries/{id}", Stop);

    public static async Task<JsonElement> ReadinessAsync(this HttpClient client)
    {
        using var answer = await client.GetAsync("/readyz", Stop);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>Waits until every delivery is finished and the index shows it.</summary>
    public static Task SettledAsync(this HttpClient client, TimeSpan within) => UntilAsync(
        async () => await client.ReadinessAsync() is var ready && ready.GetProperty("unfinished").GetInt64() == 0 && ready.GetProperty("index_lag").GetInt64() == 0,
        within,
        async () => (await client.ReadinessAsync()).ToString());

    /// <summary>Looks again and again until it is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan within, Func<Task<string>> describe)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > within)
            {
                Assert.Fail($"not so within {within.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s: {await describe()}");
            }

            await Task.Delay(20, Stop);
        }
    }
}
