using System.Net.Http.Headers;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Admin;

/// <summary>Who may see the outside view.</summary>
public sealed class AccessTests
{
    private static readonly string[] Guarded = ["/api/deliveries", "/api/deliveries/x", "/api/deliveries/export", "/api/rules", "/api/rules/x", "/API/Deliveries", "/metrics", "/METRICS", "/Metrics/", "/%6Detrics"];

    [Fact]
    public async Task Wants_the_token_when_there_is_one()
    {
        await using var bot = await RunningBot.StartAsync(settings: [new("Admin:Token", "let-me-in")]);
        foreach (var path in Guarded)
        {
            Assert.Equal((path, 401), (path, await StatusAsync(bot, path)));
            Assert.Equal((path, 401), (path, await StatusAsync(bot, path, "Bearer", "let-me")));
            Assert.Equal((path, 401), (path, await StatusAsync(bot, path, "Basic", "let-me-in")));
            Assert.NotEqual((path, 401), (path, await StatusAsync(bot, path, "Bearer", "let-me-in")));
        }

        Assert.Equal(200, await StatusAsync(bot, "/api/deliveries", "bearer", "let-me-in"));
        Assert.Equal(200, await StatusAsync(bot, "/healthz"));
        Assert.Equal(200, await StatusAsync(bot, "/readyz"));
        Assert.Equal(401, (int)(await bot.PostGitHubAsync("push", "{}", secret: "wrong")).StatusCode);
        Assert.Equal(202, (int)(await bot.PostGitHubAsync("push", "{}")).StatusCode);
    }

    [Fact]
    public async Task Lets_only_callers_of_this_machine_in_when_there_is_no_token()
    {
        await using var bot = await RunningBot.StartAsync();
        foreach (var path in Guarded)
        {
            Assert.NotEqual((path, 401), (path, await StatusAsync(bot, path)));
            Assert.Equal((path, 401), (path, await StatusAsync(bot, path, host: "rebound.example")));
        }

        // A proxy on this machine brings callers of the whole world, and would look local itself.
        Assert.Equal(401, await StatusAsync(bot, "/api/deliveries", header: ("X-Forwarded-For", "203.0.113.5")));
        Assert.Equal(401, await StatusAsync(bot, "/metrics", header: ("Forwarded", "for=203.0.113.5")));
        Assert.Equal(401, await StatusAsync(bot, "/api/rules", header: ("Via", "1.1 proxy")));
    }

    [Fact]
    public async Task Lets_nobody_in_without_a_token_who_says_through_a_proxy_that_he_is_this_machine()
    {
        await using var bot = await RunningBot.StartAsync(settings: [new("Intake:AllowFromProxies:0", "127.0.0.0/8")]);

        Assert.Equal(401, await StatusAsync(bot, "/api/deliveries", header: ("X-Forwarded-For", "127.0.0.1")));
        Assert.Equal(401, await StatusAsync(bot, "/metrics", header: ("X-Forwarded-For", "::1")));
        Assert.Equal(200, await StatusAsync(bot, "/api/deliveries"));
    }

    [Fact]
    public async Task Counts_what_comes_in_and_what_is_done()
    {
        await using var bot = await RunningBot.StartAsync("""
            rules:
              counted-by-a-test:
                on: github.push
                then:
                  - slack.post: { channel: "#dev", text: "pushed" }
            """);
        await bot.FinishedAsync(await bot.SendGitHubAsync("push", "{}"));
        using var refused = await bot.PostGitHubAsync("push", "{}", secret: "wrong");
        using var unknown = await bot.Client.PostAsync("/hooks/nobody-knows-this", null, TestContext.Current.CancellationToken);

        var metrics = await Poll.UntilAsync(
            () => bot.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken), text => text.Contains("counted-by-a-test", StringComparison.Ordinal));

        Assert.Matches("""webhookbot_intake_requests_total\{[^}]*source="github"[^}]*status="202"[^}]*\} \d""", metrics);
        Assert.Matches("""webhookbot_intake_requests_total\{[^}]*source="github"[^}]*status="401"[^}]*\} \d""", metrics);
        Assert.Matches("""webhookbot_intake_requests_total\{[^}]*source="unknown"[^}]*status="404"[^}]*\} \d""", metrics);
        Assert.Matches("""webhookbot_deliveries_decided_total\{[^}]*source="github"[^}]*\} \d""", metrics);
        Assert.Matches("""webhookbot_rules_matched_total\{[^}]*rule="counted-by-a-test"[^}]*\} 1""", metrics);
        Assert.Matches("""webhookbot_actions_attempts_total\{[^}]*action="slack.post"[^}]*outcome="shadow"[^}]*\} \d""", metrics);
        Assert.Contains("webhookbot_deciding_duration_seconds_bucket", metrics, StringComparison.Ordinal);
        Assert.Contains("webhookbot_journal_unfinished", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody-knows-this", metrics, StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(
        RunningBot bot, string path, string? scheme = null, string? token = null, string? host = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = scheme is null ? null : new AuthenticationHeaderValue(scheme, token);
        request.Headers.Host = host;
        if (header is var (name, value))
        {
            request.Headers.Add(name, value);
        }

        using var answer = await bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
