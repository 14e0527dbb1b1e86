using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary>The verbs that talk to a running bot, and those that look at a payload in a file.</summary>
public sealed class SendVerbTests : IAsyncLifetime
{
    private readonly Shell _shell = new();
    private RunningBot _bot = null!;

    private string Server => _bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        ShippedRules.CopyTo(Path.Combine(_shell.Folder.Path, "rules"));
        _bot = await RunningBot.StartAsync("", [new("Admin:Token", "let-me-in")], _shell.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _shell.Dispose();
    }

    [Fact]
    public async Task Sends_a_signed_sample_and_tells_what_came_of_it()
    {
        var said = await SendAsync("github.pull_request.closed", "--to", Server, "--set", "pull_request.title=<b>Renamed</b>", "--set", "pull_request.merged=false", "--set", "number=77");

        Assert.True(said.Code == 0, said.ToString());
        Assert.StartsWith("202 ", said.Out, StringComparison.Ordinal);
        Assert.Contains("✓ close-announcement matches", said.Out, StringComparison.Ordinal);
        Assert.Contains(":no_entry: closed", said.Out, StringComparison.Ordinal);
        Assert.Contains("#77", said.Out, StringComparison.Ordinal);
        Assert.Contains("Renamed", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_a_field_that_no_event_has_and_says_so()
    {
        var said = await SendAsync("github.pull_request.closed", "--to", Server, "--set", "pull_request.titel=x", "--set", "pull_request.title=y");

        Assert.True(said.Code == 0, said.ToString());
        Assert.Equal("note: github.pull_request.closed has no field 'pull_request.titel'; did you mean 'pull_request.title'?; it is sent all the same", said.Error.TrimEnd());
    }

    [Fact]
    public async Task Says_that_it_was_taken_although_it_may_not_see_what_came_of_it()
    {
        var said = await _shell.RunAsync([("GITHUB_WEBHOOK_SECRET", RunningBot.GitHubSecret)], "send", "github.push", "--to", Server);

        Assert.True(said.Code == 0, said.ToString());
        Assert.StartsWith("202 ", said.Out, StringComparison.Ordinal);
        Assert.Contains("admin token", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_an_id_that_was_set()
    {
        _shell.Folder.Write("rules/stripe.yml", "sources: { stripe: { preset: stripe, secret: STRIPE_SECRET } }");
        await using var bot = await RunningBot.StartAsync("sources: { stripe: { preset: stripe, secret: STRIPE_SECRET } }", [new("STRIPE_SECRET", "whsec_of_a_test")]);
        var server = bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

        Task<Said> StripeAsync(params string[] set) => _shell.RunAsync([("STRIPE_SECRET", "whsec_of_a_test")], ["send", "stripe.invoice.payment_failed", "--to", server, .. set]);

        var first = await StripeAsync("--set", "id=evt_fixed_and_long_enough");
        var second = await StripeAsync("--set", "id=evt_fixed_and_long_enough");
        var other = await StripeAsync();

        Assert.StartsWith("202 ", first.Out, StringComparison.Ordinal);
        Assert.StartsWith("200 ", second.Out, StringComparison.Ordinal);
        Assert.StartsWith("202 ", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_a_file_as_it_is()
    {
        const string Source = "sources: { shop: { verify: { hmac: sha256, header: X-Signature, secret: SHOP_SECRET }, event: { json: kind }, id: { json: id } } }";
        _shell.Folder.Write("rules/shop.yml", Source);
        _shell.Folder.Write("order.json", """{ "id": "order-4711-of-the-shop",  "kind": "order.paid", "t": "\ud800" }""");
        await using var bot = await RunningBot.StartAsync(Source, [new("SHOP_SECRET", "of a test")]);
        var server = bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Task<Said> ShopAsync(string name) => _shell.RunAsync([("SHOP_SECRET", "of a test")], ["send", name, "--to", server, "--file", Path.Combine(_shell.Folder.Path, "order.json")]);

        var first = await ShopAsync("shop.order.paid");
        var other = await ShopAsync("shop.order.sent");

        Assert.StartsWith("202 ", first.Out, StringComparison.Ordinal);
        Assert.Contains("order-4711-of-the-shop", first.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", first.Error, StringComparison.Ordinal);
        Assert.Contains("note: 'kind' of the file is 'order.paid', and that is the event, not shop.order.sent", other.Error, StringComparison.Ordinal);
        Assert.StartsWith("200 ", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_alerts_too()
    {
        var said = await SendAsync("alertmanager.firing", "--to", Server);

        Assert.True(said.Code == 0, said.ToString());
        Assert.Contains("✓ page-on-critical matches", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_is_wrong_with_what_it_was_told()
    {
        var unknown = await SendAsync("github.pull_request.opend", "--to", Server);
        var set = await SendAsync("github.push", "--to", Server, "--set", "nonsense");
        var secret = await SendAsync("github.push", "--to", Server, "--secret", "NO_SUCH_SETTING");
        var nobody = await SendAsync("github.push", "--to", "http://127.0.0.1:1");
        var address = await SendAsync("github.push", "--to", "nonsense");
        var refused = await _shell.RunAsync([("GITHUB_WEBHOOK_SECRET", "wrong"), ("Admin__Token", "let-me-in")], "send", "github.push", "--to", Server);

        Assert.Equal((2, true), (unknown.Code, unknown.Error.Contains("did you mean 'github.pull_request.opened'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (set.Code, set.Error.Contains("--set takes path=value", StringComparison.Ordinal)));
        Assert.Equal((1, true), (secret.Code, secret.Error.Contains("NO_SUCH_SETTING is not set", StringComparison.Ordinal)));
        Assert.Equal((1, true), (nobody.Code, nobody.Error.Contains("No bot answers at http://127.0.0.1:1", StringComparison.Ordinal)));
        Assert.Equal((2, true), (address.Code, address.Error.Contains("'nonsense' is no address", StringComparison.Ordinal)));
        Assert.Equal((1, true), (refused.Code, refused.Out.StartsWith("401", StringComparison.Ordinal)));
        Assert.All([unknown, set, secret, nobody, address, refused], said => Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explains_a_delivery_of_a_running_bot()
    {
        var id = await _bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.closed"));
        await Poll.UntilAsync(
            () => _shell.RunAsync([("Admin__Token", "let-me-in")], "explain", id, "--server", Server), said => said.Out.Contains(": done", StringComparison.Ordinal));

        var said = await _shell.RunAsync([("Admin__Token", "let-me-in")], "explain", id, "--server", Server, "--rule", "close-announcement");
        var without = await _shell.RunAsync("explain", id, "--server", Server);
        var unknown = await _shell.RunAsync([("Admin__Token", "let-me-in")], "explain", "no-such-delivery", "--server", Server);
        var nobody = await _shell.RunAsync("explain", id, "--server", "http://127.0.0.1:1");

        Assert.True(said.Code == 0, said.ToString());
        Assert.Contains("✓ close-announcement matches", said.Out, StringComparison.Ordinal);
        Assert.Contains("shadow", said.Out, StringComparison.Ordinal);
        Assert.Equal((1, true), (without.Code, without.Error.Contains("Admin__Token", StringComparison.Ordinal)));
        Assert.Equal((1, true), (unknown.Code, unknown.Error.Contains("no-such-delivery", StringComparison.Ordinal)));
        Assert.Equal((1, true), (nobody.Code, nobody.Error.Contains("No bot answers", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Explains_a_delivery_that_is_nested_as_deep_as_may_be()
    {
        var id = await _bot.SendGitHubAsync("push", string.Concat(Enumerable.Repeat("{\"a\":", 63)) + "{}" + new string('}', 63));

        var said = await _shell.RunAsync([("Admin__Token", "let-me-in")], "explain", id, "--server", Server);

        Assert.True(said.Code == 0, said.ToString());
    }

    [Fact]
    public async Task Explains_a_payload_in_a_file()
    {
        var file = Path.Combine(_shell.Folder.Path, "github.workflow_run.completed.json");
        await File.WriteAllBytesAsync(file, SampleCatalog.Find("github.workflow_run.completed")!, TestContext.Current.CancellationToken);
        var nonsense = _shell.Folder.Write("nonsense.json", "{ nonsense");

        var said = await _shell.RunAsync("explain", file);
        var named = await _shell.RunAsync("explain", file, "--event", "github.push", "--rule", "deploy-main-to-staging");
        var rule = await _shell.RunAsync("explain", file, "--rule", "build-brok-main");
        var broken = await _shell.RunAsync("explain", nonsense);
        var rules = await _shell.RunAsync("explain", file, "--rules", "nowhere");

        Assert.True(said.Code == 0, said.ToString());
        Assert.Contains("build-broke-main", said.Out, StringComparison.Ordinal);
        Assert.Contains("label-docs not looked at", said.Out, StringComparison.Ordinal);
        Assert.True(named.Code == 0, named.ToString());
        Assert.Equal((2, true), (rule.Code, rule.Error.Contains("did you mean 'build-broke-main'?", StringComparison.Ordinal)));
        Assert.Equal((1, true), (broken.Code, broken.Error.Contains("is not JSON", StringComparison.Ordinal)));
        Assert.Equal(2, rules.Code);
    }

    [Fact]
    public async Task Asks_whether_it_is_ready()
    {
        var ready = await _shell.RunAsync("health", "--server", Server);
        var nobody = await _shell.RunAsync("health", "--server", "http://127.0.0.1:1");
        await using var peer = await FakePeer.StartAsync();
        peer.On("GET", "/readyz", _ => new PeerAnswer(200, "ok"));
        var another = await _shell.RunAsync("health", "--server", peer.Url.GetLeftPart(UriPartial.Authority));

        Assert.Equal((0, true), (ready.Code, ready.Out.Contains("\"ready\"", StringComparison.Ordinal)));
        Assert.Equal(1, nobody.Code);
        Assert.Equal((1, true), (another.Code, another.Error.Contains("is no WebhookBot", StringComparison.Ordinal)));
    }

    private Task<Said> SendAsync(params string[] arguments) => _shell.RunAsync(
        [("GITHUB_WEBHOOK_SECRET", RunningBot.GitHubSecret), ("ALERTMANAGER_TOKEN", RunningBot.AlertmanagerToken), ("Admin__Token", "let-me-in")], ["send", .. arguments]);
}
