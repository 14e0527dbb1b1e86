using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WebhookBot.Cli;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

public sealed class RunVerbTests : IDisposable
{
    private static readonly (string, string)[] Production = [("ASPNETCORE_ENVIRONMENT", "Production")];

    private readonly Shell _shell = new();

    public RunVerbTests() => ShippedRules.CopyTo(Path.Combine(_shell.Folder.Path, "rules"));

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("--help", "Usage:", 0)]
    [InlineData("run --help", "--urls", 0)]
    [InlineData("check --help", "--format", 0)]
    [InlineData("test --help", "--format", 0)]
    [InlineData("send --help", "--set", 0)]
    [InlineData("explain --help", "--server", 0)]
    [InlineData("health --help", "--server", 0)]
    [InlineData("--version", ".", 0)]
    [InlineData("frobnicate", "There is no verb 'frobnicate'", 2)]
    [InlineData("chekc rules", "did you mean 'check'?", 2)]
    [InlineData("run extra", "run --help", 2)]
    [InlineData("run --rules", "run --help", 2)]
    [InlineData("--nonsense", "--help", 2)]
    [InlineData("send", "send --help", 2)]
    [InlineData("explain", "explain --help", 2)]
    public async Task Explains_itself(string arguments, string text, int code)
    {
        var said = await _shell.RunAsync(arguments.Split(' '));

        Assert.True(said.Code == code, said.ToString());
        Assert.Contains(text, said.All, StringComparison.Ordinal);
        AssertNoStackTrace(said);
    }

    [Fact]
    public async Task Lists_the_verbs_in_a_few_lines_and_leaves_the_rest_to_their_own_help()
    {
        var all = await _shell.RunAsync("--help");
        var one = await _shell.RunAsync("check", "--help");

        Assert.DoesNotContain("Exit codes", all.Out, StringComparison.Ordinal);
        Assert.Contains("Exit codes", one.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_start_in_production_without_a_secret_and_names_it()
    {
        var said = await _shell.RunAsync(Production, "run", "--urls", "http://127.0.0.1:0");

        AssertRefused(said, "GITHUB_WEBHOOK_SECRET");
        Assert.False(File.Exists(Path.Combine(_shell.Folder.Path, "data", "development-secrets.json")));
    }

    [Fact]
    public async Task Does_not_start_in_production_when_a_source_could_only_refuse_everything()
    {
        _shell.Folder.Write("rules/shop.yml", "sources: { shop: { verify: { ed25519: true, header: X-S, secret: SHOP_KEY }, event: { json: a } } }");

        var said = await _shell.RunAsync([.. Production, ("GITHUB_WEBHOOK_SECRET", "a"), ("ALERTMANAGER_TOKEN", "b"), ("SHOP_KEY", "zz")], "run", "--urls", "http://127.0.0.1:0");

        AssertRefused(said, "SHOP_KEY is no secret of the source shop, which would refuse everything; it is <public key in hexadecimal>");
        Assert.DoesNotContain("zz", said.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Urls", "nonsense", "nonsense")]
    [InlineData("Urls", "http://192.0.2.1:8081", "192.0.2.1")]
    [InlineData("Urls", "http://127.0.0.1:99999", "99999")]
    [InlineData("Urls", "http://127.0.0.1:80a", "127.0.0.1:80a")]
    [InlineData("Journal__Lease", "soon", "Journal:Lease")]
    [InlineData("Journal__Retention", "30d", "such as 30.00:00:00")]
    [InlineData("Http__AllowPrivateAddresses", "yes", "true or false")]
    [InlineData("Pipeline__Parallel", "many", "a whole number")]
    [InlineData("Journal__Lease", "00:00:00", "Journal:Lease")]
    [InlineData("Actions__Timeout", "60", "00:00:25")]
    [InlineData("Actions__Timeout", "00:00:00", "Actions:Timeout")]
    [InlineData("Actions__BaseDelay", "-1", "Actions:BaseDelay")]
    [InlineData("Actions__MaxDelay", "30", "Actions:MaxDelay")]
    [InlineData("Actions__DrainTimeout", "-00:00:05", "Actions:DrainTimeout")]
    [InlineData("Pipeline__PostponeBase", "-1", "Pipeline:PostponeBase")]
    [InlineData("Rules__WatchEvery", "00:00:00", "Rules:WatchEvery")]
    [InlineData("Intake__BodyTimeout", "-1", "Intake:BodyTimeout")]
    [InlineData("Journal__MaxIndexLag", "-5", "Journal:MaxIndexLag")]
    [InlineData("Admin__Token_FILE", "/nowhere/token", "/nowhere/token")]
    [InlineData("Journal__Provider", "postgres", "litedb")]
    [InlineData("Journal__Path", "/proc/nowhere/journal.db", "/proc/nowhere")]
    [InlineData("Journal__Path", "/dev/null/journal.db", "Journal:Path (--data)")]
    [InlineData("Pipeline__Parallel", "0", "Pipeline:Parallel must be between")]
    [InlineData("Actions__BreakAfter", "-1", "Actions:BreakAfter must be between")]
    [InlineData("Rules__Path", "", "Rules:Path is required")]
    [InlineData("Intake__PublicUrl", "bot", "Intake:PublicUrl must be an address such as https://")]
    [InlineData("Slack__BotToken", "xapp-1-A", "xoxb-")]
    [InlineData("Intake__MaxBodyBytes", "99999999999", "Intake:MaxBodyBytes must be between")]
    [InlineData("Intake__AllowFromProxies__0", "everybody", "AllowFromProxies")]
    [InlineData("GitHub__ApiUrl", "nonsense", "GitHub:ApiUrl")]
    [InlineData("GitHub__PrivateKey", "nonsense", "GitHub:PrivateKey")]
    [InlineData("Recovery__Window", "30.00:00:01", "Recovery:Window")]
    [InlineData("GITHUB_WEBHOOK_SECRET_FILE", "/nowhere/secret", "/nowhere/secret")]
    [InlineData("GITHUB_WEBHOOK_SECRET", "file:/nowhere/secret", "/nowhere/secret")]
    public async Task Does_not_start_with_a_setting_that_cannot_be_and_names_it(string name, string value, string named)
    {
        var said = await _shell.RunAsync([("Urls", "http://127.0.0.1:0"), (name, value)], "run");

        AssertRefused(said, named);
    }

    [Fact]
    public async Task Names_every_setting_that_cannot_be()
    {
        var said = await _shell.RunAsync([("GitHub__ApiUrl", "nonsense"), ("Slack__ApiUrl", "nonsense"), ("Actions__MaxAttempts", "0")], "run");

        AssertRefused(said, "GitHub:ApiUrl");
        AssertRefused(said, "Slack:ApiUrl");
        AssertRefused(said, "Actions:MaxAttempts");
    }

    [Fact]
    public async Task Does_not_start_with_settings_that_are_no_json()
    {
        _shell.Folder.Write("appsettings.json", "{ nonsense");

        AssertRefused(await _shell.RunAsync("run"), "appsettings.json");
    }

    [Theory]
    [InlineData("http://127.0.0.1:80a")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("http://")]
    [InlineData("ftp://127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:0;http://localhost:99999")]
    public async Task Does_not_listen_elsewhere_when_an_address_is_mistyped(string urls)
    {
        var said = await _shell.RunAsync("run", "--urls", urls);

        AssertRefused(said, "cannot listen on");
        Assert.Contains("http://127.0.0.1:8080", said.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_start_on_a_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var said = await _shell.RunAsync("run", "--urls", url);

        AssertRefused(said, url);
        Assert.Contains("already in use", said.All, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Is_ready_soon_and_lets_no_second_process_at_its_data()
    {
        var started = Stopwatch.GetTimestamp();
        await using var bot = await BotProcess.StartAsync(new BotOptions
        {
            Rules = Path.Combine(_shell.Folder.Path, "rules"),
            Data = Path.Combine(_shell.Folder.Path, "data"),
            Settings = new Dictionary<string, string> { ["Slack:AppToken"] = "xapp-1-A" },
        });
        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine($"ready after {took.TotalMilliseconds:0} ms");
        Assert.True(took < TimeSpan.FromSeconds(15), $"ready after {took}");

        var said = await _shell.RunAsync("run", "--urls", "http://127.0.0.1:0");

        AssertRefused(said, "used by another process");
        Assert.Contains("SHADOW", bot.Output, StringComparison.Ordinal);
        Assert.Contains("Socket Mode is not part of this version", bot.Output, StringComparison.Ordinal);
        Assert.Contains("send github.pull_request.opened", bot.Output, StringComparison.Ordinal);
        Assert.Equal(0, await bot.StopAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080")]
    [InlineData("https://*:8443", "https://127.0.0.1:8443")]
    [InlineData("http://+:80", "http://127.0.0.1:80")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080")]
    [InlineData("http://bot.example:8080", "http://bot.example:8080")]
    public void Names_an_address_to_send_to_when_it_listens_on_all(string listening, string named) => Assert.Equal(named, RunCommand.Reachable(listening));

    [Fact]
    public async Task Reads_secrets_out_of_files()
    {
        var secret = _shell.Folder.Write("github-secret", RunningBot.GitHubSecret + "\n");
        var token = _shell.Folder.Write("alert-token", RunningBot.AlertmanagerToken + "\r\n");
        var slack = _shell.Folder.Write("slack-token", "xoxb-of-a-file\n");
        await using var bot = await BotProcess.StartAsync(new BotOptions
        {
            Rules = Path.Combine(_shell.Folder.Path, "rules"),
            Data = Path.Combine(_shell.Folder.Path, "data"),
            Settings = new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["GITHUB_WEBHOOK_SECRET_FILE"] = secret,
                ["ALERTMANAGER_TOKEN"] = $"file:{token}",
                ["Slack:BotToken_FILE"] = slack,
            },
        });

        using var taken = await bot.Client.SendAsync(RunningBot.GitHubRequest("ping", "{}"u8.ToArray(), Guid.NewGuid().ToString()), TestContext.Current.CancellationToken);
        using var alert = new HttpRequestMessage(HttpMethod.Post, "/hooks/alertmanager") { Content = new StringContent("""{"status":"firing","groupKey":"k","alerts":[{"fingerprint":"f","status":"firing","startsAt":"x","endsAt":"y"}]}""", System.Text.Encoding.UTF8, "application/json") };
        alert.Headers.Authorization = new("Bearer", RunningBot.AlertmanagerToken);
        using var alerted = await bot.Client.SendAsync(alert, TestContext.Current.CancellationToken);

        Assert.Equal(202, (int)taken.StatusCode);
        Assert.Equal(202, (int)alerted.StatusCode);
        Assert.DoesNotContain("slack.post is recorded and not carried out", bot.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("xoxb-of-a-file", bot.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_one_json_line_for_each_log_line_whatever_was_sent()
    {
        await using var bot = await BotProcess.StartAsync(new BotOptions
        {
            Rules = Path.Combine(_shell.Folder.Path, "rules"),
            Data = Path.Combine(_shell.Folder.Path, "data"),
            Settings = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["GITHUB_WEBHOOK_SECRET"] = RunningBot.GitHubSecret, ["ALERTMANAGER_TOKEN"] = "t" },
        });
        var body = "{\"action\":\"x\\n{\\\"level\\\":\\\"error\\\"}\",\"pull_request\":{\"title\":\"a\\u001b[31m\\r\\n{}\"}}"u8.ToArray();

        await RawHttp.SendAsync(bot.Address, RawHttp.Post("/hooks/evil%0a%7b%22level%22%3a1%7d%1b", body, RawHttp.GitHubHeaders(body)));
        await RawHttp.SendAsync(bot.Address, RawHttp.Post("/hooks/github", body, "Content-Type: application/json", "X-Hub-Signature-256: sha256=\u001b[31m"));
        using var taken = await bot.Client.SendAsync(RunningBot.GitHubRequest("pull_request", body, "a\u001b[31m"), TestContext.Current.CancellationToken);
        Assert.Equal(202, (int)taken.StatusCode);
        await bot.StopAsync(TimeSpan.FromSeconds(30));

        var lines = bot.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipWhile(l => !l.StartsWith('{')).Where(l => !IsAnnouncement(l)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => System.Text.Json.JsonDocument.Parse(line));
        Assert.DoesNotContain('\u001b', bot.Output);
    }

    private static bool IsAnnouncement(string line) => line.StartsWith("WebhookBot ", StringComparison.Ordinal) || line.StartsWith("  ", StringComparison.Ordinal) || line.StartsWith("Send it ", StringComparison.Ordinal);

    private static void AssertRefused(Said said, string named)
    {
        Assert.True(said.Code == 1, said.ToString());
        Assert.True(said.All.Contains(named, StringComparison.Ordinal), $"does not name {named}: {said}");
        AssertNoStackTrace(said);
    }

    private static void AssertNoStackTrace(Said said)
    {
        Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", said.All, StringComparison.Ordinal);
    }
}
