using System.Text.Json;
using NSubstitute;
using WebhookBot.Actions;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.Slack;

public sealed class SlackPostActionTests : IAsyncLifetime
{
    private ActionWorld _world = null!;
    private string _incidents = "";

    private FakeSlack Slack => _world.Slack;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        Slack.AddChannel("general");
        Slack.AddChannel("random");
        _incidents = Slack.AddChannel("incidents");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("#incidents")]
    [InlineData("incidents")]
    public async Task Posts_to_a_channel_found_by_its_name_on_a_later_page(string channel)
    {
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel, text = "hello" }));
        Assert.Equal(_incidents, Assert.Single(Slack.Messages).Fields["channel"]);
    }

    [Fact]
    public async Task Reads_the_channels_once()
    {
        await RunAsync(new { channel = "#incidents", text = "1" });
        await RunAsync(new { channel = "#general", text = "2" });
        Assert.Equal(2, Slack.Calls.Count(c => c == "conversations.list"));
    }

    [Fact]
    public async Task Finds_a_channel_that_is_newer_than_its_list()
    {
        await RunAsync(new { channel = "#incidents", text = "1" });
        var fresh = Slack.AddChannel("fresh");
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await RunAsync(new { channel = "#fresh", text = "2" });
        Assert.Equal(fresh, Slack.Messages[1].Fields["channel"]);
    }

    [Fact]
    public async Task Sends_the_name_as_it_is_when_the_token_may_not_list_channels()
    {
        Slack.Refuse("conversations.list", "missing_scope", needed: "groups:read");
        Slack.Refuse("conversations.list", "missing_scope", needed: "channels:read");
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "hello" }));
        Assert.Equal("incidents", Slack.Messages[0].Fields["channel"]);
    }

    [Theory]
    [InlineData(429), InlineData(503)]
    public async Task Sends_the_name_as_it_is_when_the_list_cannot_be_had_now_and_does_not_ask_again_at_once(int status)
    {
        Slack.Peer.Next(new PeerAnswer(status), when: r => r.Path.EndsWith("conversations.list", StringComparison.Ordinal));
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "hello" }));
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "hello" }));
        Assert.Single(Slack.Calls, c => c == "conversations.list");
    }

    [Fact]
    public async Task Tries_the_name_when_the_id_it_had_is_wrong()
    {
        await RunAsync(new { channel = "#incidents", text = "1" });
        Slack.Refuse("chat.postMessage", "channel_not_found");
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "2" }));
    }

    [Fact]
    public async Task Joins_a_public_channel_it_is_not_in()
    {
        Slack.Refuse("chat.postMessage", "not_in_channel");
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = "hello" }));
        Assert.Contains("conversations.join", Slack.Calls);
    }

    [Fact]
    public async Task Says_how_to_invite_it_when_it_cannot_join()
    {
        Slack.Refuse("chat.postMessage", "not_in_channel");
        Slack.Refuse("conversations.join", "missing_scope", needed: "channels:join");
        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { channel = _incidents, text = "x" }));
        Assert.Contains("/invite", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_to_a_person_by_address_or_id()
    {
        var person = Slack.AddPerson("dev@example.com");
        await RunAsync(new { channel = "@dev@example.com", text = "1" });
        await RunAsync(new { channel = "@" + person, text = "2" });
        Assert.Equal([person, person], Slack.Messages.Select(m => m.Fields["channel"]));
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { channel = "@nobody@example.com", text = "3" }));
    }

    [Fact]
    public async Task Writes_to_a_github_login_that_the_rule_files_name()
    {
        var rules = new RuleCompiler(new RuleVocabulary(new ActionCatalog([]), [], []))
            .Compile([new RuleFile("people.yml", "people: { octocat: U012AB3CD }")]).RuleSet!;
        _world.RulesInForce.Current.Returns(rules);
        await RunAsync(new { channel = "@Octocat", text = "1" });
        Assert.Equal("U012AB3CD", Slack.Messages[0].Fields["channel"]);
    }

    [Fact]
    public async Task Writes_to_a_github_login_by_the_address_its_owner_shows()
    {
        var person = Slack.AddPerson("mona@example.com");
        _world.GitHub.Repository("acme/shop");
        _world.GitHub.Peer.On("GET", "/users/{login}", r => PeerAnswer.Json(new { login = r.Route["login"], email = r.Route["login"] == "mona" ? "mona@example.com" : null }));
        await RunAsync(new { channel = "@mona", text = "1" });
        Assert.Equal(person, Slack.Messages[0].Fields["channel"]);

        var failed = Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { channel = "@octocat", text = "2" }));
        Assert.Contains("people: { octocat:", failed.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@dev@example.com")]
    [InlineData("@mona")]
    public async Task Asks_who_a_person_is_once_in_six_hours_and_when_slack_does_not_know_the_answer_any_more(string channel)
    {
        var person = Slack.AddPerson("dev@example.com");
        _world.GitHub.Repository("acme/shop");
        _world.GitHub.Peer.On("GET", "/users/{login}", _ => PeerAnswer.Json(new { login = "mona", email = "dev@example.com" }));
        int Asked() => Slack.Calls.Count(c => c == "users.lookupByEmail");

        await RunAsync(new { channel, text = "1" });
        await RunAsync(new { channel = channel.ToUpperInvariant(), text = "2" });
        Assert.Equal(1, Asked());

        Slack.Refuse("chat.postMessage", "channel_not_found");
        var now = Slack.AddPerson("dev@example.com");
        await RunAsync(new { channel, text = "3" });
        Assert.Equal(2, Asked());

        _world.Time.Advance(TimeSpan.FromHours(6) + TimeSpan.FromSeconds(1));
        await RunAsync(new { channel, text = "4" });
        Assert.Equal(3, Asked());
        Assert.Equal([person, person, now, now], Slack.Messages.Select(m => m.Fields["channel"]));
    }

    [Fact]
    public async Task Never_asks_slack_to_find_mentions_or_to_unfurl()
    {
        const string text = "@channel &lt;!here&gt; https://example.com";
        await RunAsync(new { channel = "#incidents", text, key = "k", buttons = Link("https://example.com") });
        await RunAsync(new { channel = "#incidents", text = "again", key = "k" });
        Assert.All(Slack.Peer.Requests.Where(r => r.Path.Contains("chat.", StringComparison.Ordinal)), r =>
        {
            Assert.DoesNotContain("link_names", r.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("parse", r.Body, StringComparison.Ordinal);
            Assert.Contains("unfurl_links=false", r.Body, StringComparison.Ordinal);
            Assert.Contains("unfurl_media=false", r.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Sends_text_that_was_escaped_as_it_is_everywhere()
    {
        await RunAsync(new { channel = "#incidents", text = "&lt;!channel&gt;", buttons = new[] { Link("https://example.com") } });
        var message = Slack.Messages[0];
        Assert.Equal("&lt;!channel&gt;", message.Text);
        var section = message.Blocks![0]!["text"]!;
        Assert.Equal(("&lt;!channel&gt;", true), (section["text"]!.GetValue<string>(), section["verbatim"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Puts_links_below_the_message_and_leaves_out_those_that_are_none()
    {
        object[] buttons = [Link("https://example.com/run?a=1&b=2", "Run\u202Ebook"), Link(""), Link("javascript:alert(1)")];
        await RunAsync(new { channel = "#incidents", text = "hello", buttons });
        var links = Slack.Messages[0].Blocks![1]!["elements"]!.AsArray();
        Assert.Equal("https://example.com/run?a=1&b=2", Assert.Single(links)!["url"]!.GetValue<string>());
        Assert.Equal("Run book", links[0]!["text"]!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""["acknowledge"]""")]
    [InlineData("""[{"silence":"2h"}]""")]
    public async Task Refuses_buttons_of_other_kinds(string buttons)
    {
        var outcome = await RunAsync(new { channel = "#incidents", text = "x", buttons = Json(buttons) });
        Assert.Contains("button", Assert.IsType<ActionOutcome.Failed>(outcome).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_the_text_alone_when_slack_refuses_the_blocks()
    {
        Slack.Refuse("chat.postMessage", "invalid_blocks");
        var outcome = await RunAsync(new { channel = "#incidents", text = "hello", blocks = Json("""[{"type":"nonsense"}]""") });
        Assert.IsType<ActionOutcome.Succeeded>(outcome);
        Assert.Null(Assert.Single(Slack.Messages).Blocks);
    }

    [Fact]
    public async Task Cuts_what_is_too_long()
    {
        await RunAsync(new { channel = "#incidents", text = new string('x', 50_000), key = "k" });
        Assert.Equal(40_000, Slack.Messages[0].Text!.Length);
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { channel = "#incidents", text = new string('x', 50_000), key = "k" }));
        Assert.Equal(4_000, Slack.Messages[0].Text!.Length);
        Assert.Contains("cut", Slack.Messages[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("&lt;")]
    [InlineData("<https://example.com|example>")]
    [InlineData("😀")]
    public void Cuts_nothing_in_two_that_belongs_together(string unit)
    {
        for (var before = 0; before < unit.Length + 2; before++)
        {
            var cut = WebhookBot.Actions.Slack.SlackText.Cut(new string('x', before) + string.Concat(Enumerable.Repeat(unit, 100)), 90);
            var kept = cut[..cut.IndexOf('\n', StringComparison.Ordinal)].TrimStart('x');
            Assert.Equal(0, kept.Length % unit.Length);
            Assert.True(cut.Length <= 90);
        }
    }

    [Theory]
    [InlineData("""{"channel":"#incidents"}""")]
    [InlineData("""{"channel":"#incidents","text":"  "}""")]
    [InlineData("""{"channel":" ","text":"x"}""")]
    [InlineData("""{"channel":"#incidents","blocks":{"type":"section"}}""")]
    public async Task Fails_on_a_message_that_is_none(string arguments) =>
        Assert.IsType<ActionOutcome.Failed>(await _world.RunAsync("slack.post", Json(arguments)));

    private static object Link(string url, string label = "Open") => new { url, label };

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private Task<ActionOutcome> RunAsync(object arguments) => _world.RunAsync("slack.post", arguments);
}
