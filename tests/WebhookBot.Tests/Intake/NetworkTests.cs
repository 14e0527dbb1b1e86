using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Clients.Http;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake;

/// <summary>Networks that GitHub publishes, and addresses that send what does not verify.</summary>
public sealed class NetworkTests : IDisposable
{
    private const string Sources = """
        sources:
          github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }
          walled: { preset: github, secret: GITHUB_WEBHOOK_SECRET, allow_from: github }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lets_send_from_the_networks_that_GitHub_publishes_and_nobody_while_they_are_not_known()
    {
        var clock = new JumpingClock();
        await using var github = await FakeGitHub.StartAsync(clock);
        string[] networks = ["192.30.252.0/22", "2a0a:a440::/29"];
        github.Peer.On("GET", "/meta", _ => PeerAnswer.Json(new { hooks = networks }));
        github.Peer.Next(new PeerAnswer(500));
        await using var bot = await StartAsync(clock, [.. github.Settings, new("Http:AllowPrivateAddresses", "true")]);

        Assert.Equal(403, await StatusAsync(bot, "walled"));
        Assert.Equal(202, await StatusAsync(bot, "github"));
        clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Equal(403, await StatusAsync(bot, "walled"));
        Assert.Equal(2, github.Peer.Requests.Count(r => r.Path == "/meta"));

        networks = ["192.30.252.0/22", "127.0.0.0/8"];
        Assert.Equal(403, await StatusAsync(bot, "walled"));
        clock.Jump(TimeSpan.FromMinutes(61));
        Assert.Equal(202, await StatusAsync(bot, "walled"));
        Assert.Equal(401, await StatusAsync(bot, "walled", "not the secret"));

        // What was known holds on while GitHub does not answer.
        github.Peer.Next(PeerAnswer.Dropped);
        clock.Jump(TimeSpan.FromMinutes(61));
        Assert.Equal(202, await StatusAsync(bot, "walled"));
        Assert.Equal(4, github.Peer.Requests.Count(r => r.Path == "/meta"));
    }

    [Theory]
    [InlineData("bitbucket", "https://ip-ranges.atlassian.com/", """{"items":[{"cidr":"127.0.0.0/8","product":["jira","bitbucket"],"direction":["ingress","egress"]}]}""", 202)]
    [InlineData("bitbucket", "https://ip-ranges.atlassian.com/", """{"items":[{"cidr":"127.0.0.0/8","product":["jira"],"direction":["egress"]}]}""", 403)]
    [InlineData("jira", "https://ip-ranges.atlassian.com/", """{"items":[{"cidr":"127.0.0.0/8","product":["jira"],"direction":["egress"]}]}""", 202)]
    [InlineData("jira", "https://ip-ranges.atlassian.com/", """{"items":[{"cidr":"127.0.0.0/8","product":["jira"],"direction":["ingress"]}]}""", 403)]
    [InlineData("statuspage", "https://ip-ranges.atlassian.com/", """{"items":{"cidr":"127.0.0.0/8","product":["statuspage"],"direction":["egress"]}}""", 403)]
    [InlineData("buildkite", "https://api.buildkite.com/v2/meta", """{"webhook_ips":["192.0.2.0/24","127.0.0.1"]}""", 202)]
    [InlineData("buildkite", "https://api.buildkite.com/v2/meta", """{"webhook_ips":[7,null,"everywhere","127.0.0.1/33",["127.0.0.1"]]}""", 403)]
    [InlineData("buildkite", "https://api.buildkite.com/v2/meta", "<html>", 403)]
    [InlineData("datadog", "https://ip-ranges.datadoghq.eu/", """{"agents":{"prefixes_ipv4":[]},"webhooks":{"prefixes_ipv4":["127.0.0.1/32"],"prefixes_ipv6":[]}}""", 202)]
    [InlineData("datadog", "https://ip-ranges.datadoghq.eu/", """{"agents":{"prefixes_ipv4":["127.0.0.1/32"]},"webhooks":{"prefixes_ipv4":[]}}""", 403)]
    [InlineData("pagerduty", "https://developer.pagerduty.com/ip-safelists/webhooks-eu-service-region-json", """["192.0.2.1","127.0.0.1"]""", 202)]
    [InlineData("terraform", "https://app.terraform.io/api/meta/ip-ranges", """{"api":[],"notifications":["127.0.0.1/32"],"vcs":[]}""", 202)]
    [InlineData("terraform", "https://app.terraform.io/api/meta/ip-ranges", """["127.0.0.1/32"]""", 403)]
    [InlineData("gitlab", "https://example.com/", "{}", 403)]
    [InlineData("sentry", "https://example.com/", "{}", 403)]
    public async Task Lets_send_from_the_networks_that_the_vendor_publishes_at_its_place(string list, string place, string published, int status)
    {
        using var outside = new Outside(new Uri(place), published);
        _folder.Write("rules/sources.yml", Sources.Replace("allow_from: github", $"allow_from: {list}", StringComparison.Ordinal));
        await using var bot = await RunningBot.StartAsync("", [], _folder, services => services.AddHttpClient(GuardedHttp.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => outside));

        Assert.Equal(status, await StatusAsync(bot, "walled"));
        Assert.Equal(status, await StatusAsync(bot, "walled"));
        Assert.Equal(202, await StatusAsync(bot, "github"));
        Assert.Equal(outside.Asked.Distinct(), outside.Asked);
    }

    [Fact]
    public async Task Turns_away_who_sends_too_much_that_does_not_verify_and_nobody_else()
    {
        await using var bot = await StartAsync(new JumpingClock(), [new("Intake:UnverifiedBurst", "10"), new("Intake:UnverifiedPerSecond", "1"), new("Http:AllowPrivateAddresses", "true")]);
        var answers = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            answers.Add(await StatusAsync(bot, "github", "not the secret"));
        }

        Assert.Equal(Enumerable.Repeat(401, 10), answers.Take(10));
        Assert.Contains(429, answers);
        Assert.Equal(202, await StatusAsync(bot, "github"));
        await Poll.UntilAsync(() => StatusAsync(bot, "github", "not the secret"), status => status == 429);
        Assert.Equal(202, await StatusAsync(bot, "github"));
        Assert.Equal(403, await StatusAsync(bot, "walled", "not the secret"));
        using var unknown = await bot.Client.PostAsync("/hooks/nobody", null, TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task Counts_for_each_source_by_itself()
    {
        _folder.Write("rules/sources.yml", Sources.Replace(", allow_from: github", "", StringComparison.Ordinal));
        await using var bot = await RunningBot.StartAsync("", [new("Intake:UnverifiedBurst", "5"), new("Intake:UnverifiedPerSecond", "1")], _folder);
        await Poll.UntilAsync(() => StatusAsync(bot, "github", "not the secret"), status => status == 429);

        Assert.Equal(401, await StatusAsync(bot, "walled", "not the secret"));
    }

    [Fact]
    public async Task Counts_the_addresses_of_one_customer_of_IPv6_together()
    {
        _folder.Write("rules/sources.yml", RunningBot.Sources);
        await using var bot = await RunningBot.StartAsync(
            "", [new("Intake:UnverifiedBurst", "5"), new("Intake:UnverifiedPerSecond", "1"), new("Intake:AllowFromProxies", "192.0.2.1, 127.0.0.1")], _folder);
        var customer = 0;
        await Poll.UntilAsync(() => FromAsync($"2001:db8:1:2:{++customer:x}::{customer:x}"), status => status == 429);

        Assert.InRange(customer, 6, 100);
        Assert.Equal(401, await FromAsync("2001:db8:1:3::1"));
        Assert.Equal(401, await FromAsync("192.0.2.1"));
        Assert.Equal(401, await FromAsync("192.0.2.2"));

        async Task<int> FromAsync(string address) => (await RawHttp.SendAsync(
            bot.Client.BaseAddress!, RawHttp.Post("/hooks/github", "{}"u8, [.. RawHttp.GitHubHeaders("[]"u8), $"X-Forwarded-For: {address}"]))).Status;
    }

    private Task<RunningBot> StartAsync(JumpingClock clock, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        _folder.Write("rules/sources.yml", Sources);
        return RunningBot.StartAsync("", settings, _folder, services => services.AddSingleton<TimeProvider>(clock));
    }

    private static async Task<int> StatusAsync(RunningBot bot, string source, string secret = RunningBot.GitHubSecret)
    {
        using var request = RunningBot.GitHubRequest("push", "{}"u8.ToArray(), Guid.NewGuid().ToString(), secret);
        request.RequestUri = new Uri($"/hooks/{source}", UriKind.Relative);
        using var answer = await bot.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>One page, and whatever else is asked for is not there.</summary>
    private sealed class Outside(Uri place, string text) : HttpMessageHandler
    {
        public ConcurrentQueue<Uri> Asked { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri!);
            return Task.FromResult(request.RequestUri == place
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
