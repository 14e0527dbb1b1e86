using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>Values that ids and subjects are made of, longer than anybody writes them.</summary>
public sealed class LongValueTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 100_000)]
    [InlineData("\\u0041", 17_000_000)]
    [InlineData("\\\"", 100_000)]
    public async Task Make_a_short_subject_and_hold_no_list_up(string escaped, int length)
    {
        await using var bot = await RunningBot.StartAsync();
        string Body(string end) => $"{{\"repository\":{{\"full_name\":\"{escaped}{new string('A', length)}{end}\"}},\"pull_request\":{{\"number\":1}}}}";

        var ids = new[] { await bot.SendGitHubAsync("pull_request", Body("x")), await bot.SendGitHubAsync("pull_request", Body("y")) };

        var subjects = new List<string>();
        foreach (var id in ids)
        {
            subjects.Add((await bot.FinishedAsync(id)).GetProperty("subject").GetString()!);
        }

        Assert.All(subjects, subject => Assert.InRange(subject.Length, 1024, 1200));
        Assert.Equal(2, subjects.Distinct().Count());
        var list = await Poll.UntilAsync(() => bot.Client.GetFromJsonAsync<JsonElement>("/api/deliveries", Stop), l => l.GetProperty("items").GetArrayLength() == 2);
        Assert.Equal(subjects, list.GetProperty("items").EnumerateArray().Reverse().Select(i => i.GetProperty("subject").GetString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(990)]
    [InlineData(999)]
    public async Task Tell_two_groups_of_a_thousand_alerts_apart_by_any_one_of_them(int other)
    {
        await using var bot = await RunningBot.StartAsync();
        var prints = Enumerable.Range(0, 1000).Select(i => $"{i:x16}").ToList();

        Assert.Equal(HttpStatusCode.Accepted, await AlertAsync(bot, prints));
        Assert.Equal(HttpStatusCode.OK, await AlertAsync(bot, prints));
        prints[other] = "deadbeefdeadbeef";
        Assert.Equal(HttpStatusCode.Accepted, await AlertAsync(bot, prints));
    }

    [Fact]
    public async Task Tell_two_groups_apart_whose_names_differ_at_their_ends()
    {
        await using var bot = await RunningBot.StartAsync();
        var name = new string('k', 5000);

        Assert.Equal(HttpStatusCode.Accepted, await AlertAsync(bot, ["f"], name + "1"));
        Assert.Equal(HttpStatusCode.Accepted, await AlertAsync(bot, ["f"], name + "2"));
        Assert.Equal(HttpStatusCode.OK, await AlertAsync(bot, ["f"], name + "1"));
    }

    [Fact]
    public async Task Keys_that_are_made_to_look_alike_to_a_hash_without_a_secret_are_told_apart()
    {
        // Whose first eight bytes are the complement of the other's last eight, but for the length.
        await using var bot = await RunningBot.StartAsync();

        using var answer = await bot.PostGitHubAsync("push", """{"\u0081#C\u013f\u0006\u000bz":1,"\u00c0\"B\u017e\u0007\n{":2}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static async Task<HttpStatusCode> AlertAsync(RunningBot bot, IEnumerable<string> prints, string group = "{}:{job=\"shop\"}")
    {
        var body = JsonSerializer.Serialize(new
        {
            version = "4",
            groupKey = group,
            status = "firing",
            alerts = prints.Select(f => new { status = "firing", fingerprint = f, startsAt = "2026-01-01T00:00:00Z", endsAt = "0001-01-01T00:00:00Z", labels = new { instance = f } }),
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", RunningBot.AlertmanagerToken);
        using var answer = await bot.Client.SendAsync(request, Stop);
        return answer.StatusCode;
    }
}
