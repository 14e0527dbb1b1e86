using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Drivers;

/// <summary>Deliveries of every kind that GitHub and Alertmanager send, changed at random, sent to a bot and decided by it.</summary>
internal static class RecordedTraffic
{
    private static readonly Func<Random, JsonNode?>[] Values =
    [
        _ => null,
        r => r.Next(100),
        r => r.NextDouble() < 0.5,
        _ => "LONE",
        _ => "{{7*7}} <!channel> `x` </details>\n@acme/team",
        r => new string('ä', r.Next(5000)),
        r => new JsonArray("documentation", r.Next(9), null, new JsonObject { ["name"] = "bug" }),
        r => new JsonObject { ["a.b"] = r.Next(9), ["name"] = "LONE" },
        r => $"2026-0{r.Next(1, 10)}-05T12:00:00Z",
    ];

    // The bot that these are sent to has the sources that the shipped rules define.
    private static readonly List<string> Names =
        [.. SampleCatalog.Names.Where(n => n.StartsWith("github.", StringComparison.Ordinal) || n.StartsWith("alertmanager.", StringComparison.Ordinal))];

    /// <summary>Sends that many; of those that were taken the ids, oldest first, when all are decided.</summary>
    public static async Task<List<string>> SendAsync(RunningBot bot, Random random, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var name = Names[i % Names.Count];
            var body = Change(SampleCatalog.Find(name)!, random);
            if (name.StartsWith("github.", StringComparison.Ordinal))
            {
                ids.Add(await bot.SendGitHubAsync(name.Split('.')[1], body));
            }
            else if (await SendAlertAsync(bot, body) is { } id)
            {
                ids.Add(id);
            }
        }

        foreach (var id in ids)
        {
            await Poll.UntilAsync(() => bot.GetDeliveryAsync(id), delivery => delivery.GetProperty("rule_set").ValueKind == JsonValueKind.String);
        }

        return ids;
    }

    // Null when the change has taken away what makes it an alert.
    private static async Task<string?> SendAlertAsync(RunningBot bot, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningBot.AlertmanagerToken);
        using var answer = await bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.BadRequest, said);
        return answer.StatusCode == HttpStatusCode.BadRequest ? null : JsonNode.Parse(said)!["id"]!.GetValue<string>();
    }

    private static string Change(byte[] sample, Random random)
    {
        var payload = JsonNode.Parse(sample)!;
        for (var changes = random.Next(6); changes > 0; changes--)
        {
            ChangeOne(payload, random);
        }

        if (payload["pull_request"] is JsonObject pull)
        {
            pull["changed_files"] = random.Next(5);
        }

        // Alertmanager repeats a group's notification, which is a duplicate then.
        if (payload["groupKey"] is not null)
        {
            payload["groupKey"] = $"{{}}:{{run=\"{random.Next()}\"}}";
        }

        var text = payload.ToJsonString(new JsonSerializerOptions { WriteIndented = random.Next(3) == 0, MaxDepth = 64 });
        return (random.Next(4) == 0 ? "\uFEFF" : "") + text.Replace("LONE", "\\ud800 half", StringComparison.Ordinal);
    }

    private static void ChangeOne(JsonNode payload, Random random)
    {
        var at = payload;
        while (true)
        {
            switch (at)
            {
                case JsonObject { Count: > 0 } mapping:
                    var key = mapping.ElementAt(random.Next(mapping.Count)).Key;
                    if (mapping[key] is not JsonObject and not JsonArray || random.Next(4) == 0)
                    {
                        // These say what the delivery is; without them it is another kind, which is sent as well but less often.
                        if (key is not ("action" or "status" or "groupKey" or "alerts" or "receiver" or "version") || random.Next(10) == 0)
                        {
                            mapping[key] = Values[random.Next(Values.Length)](random);
                        }

                        return;
                    }

                    at = mapping[key]!;
                    break;
                case JsonArray { Count: > 0 } list when list[0] is JsonObject first:
                    at = first;
                    break;
                default:
                    return;
            }
        }
    }
}
