using System.Net.Http.Json;
using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Admin;

public sealed class ScheduleApiTests
{
    [Fact]
    public async Task Lists_the_rules_that_fire_by_themselves_and_when_they_do_next()
    {
        await using var world = await BotWorld.StartAsync("""
            rules:
              weekly: { on: { schedule: "0 9 * * MON", zone: Europe/Oslo }, then: [ slack.post: { channel: "#dev", text: x } ] }
              never: { on: { schedule: "0 9 * * MON" }, mode: off, then: [ slack.post: { channel: "#dev", text: x } ] }
              other: { on: github.push, then: [ slack.post: { channel: "#dev", text: x } ] }
            """);
        var items = await Poll.UntilAsync(() => ReadAsync(world), list => list[0].GetProperty("since").ValueKind == JsonValueKind.String);

        Assert.Equal(["weekly", "never"], items.Select(i => i.GetProperty("rule").GetString()));
        Assert.Equal(("0 9 * * MON", "Europe/Oslo"), (items[0].GetProperty("schedule").GetString(), items[0].GetProperty("zone").GetString()));
        var next = TimeZoneInfo.ConvertTime(items[0].GetProperty("next").GetDateTimeOffset(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo"));
        Assert.Equal((DayOfWeek.Monday, 9, 0), (next.DayOfWeek, next.Hour, next.Minute));
        Assert.InRange(next - world.Clock.GetUtcNow(), TimeSpan.FromMinutes(-1), TimeSpan.FromDays(8));
        Assert.Equal(JsonValueKind.Null, items[1].GetProperty("next").ValueKind);
    }

    private static async Task<List<JsonElement>> ReadAsync(BotWorld world)
    {
        var answer = await world.Bot.Client.GetFromJsonAsync<JsonElement>("/api/schedules", TestContext.Current.CancellationToken);
        return [.. answer.GetProperty("items").EnumerateArray()];
    }
}
