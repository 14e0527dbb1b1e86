using System.Text.Json;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Cli;

/// <summary>Why rules did or did not fire: for a file and for a delivery the same tree, and the same JSON.</summary>
public sealed class ExplainVerbTests : IAsyncLifetime
{
    private const string Rules = """
        rules:
          docs: { on: github.push, if: { ref: refs/heads/main, any: [{ deleted: true }, { after: "a*" }] }, then: [slack.post: { channel: "#dev", text: "{{ref}}" }] }
          other: { on: [github.release.published, "alertmanager.*"], then: [slack.post: { channel: "#dev", text: x }] }
          switched-off: { on: github.push, mode: off, then: [slack.post: { channel: "#dev", text: x }] }
        """;

    private static readonly string[] Tree =
    [
        "  ✓ docs matches",
        "    ✓ ref: refs/heads/main   saw \"refs/heads/main\"   {0}rules/rules.yml(2,34)",
        "    ✓ any of   {0}rules/rules.yml(2,56)",
        "      ✗ deleted: true   saw false   {0}rules/rules.yml(2,64)",
        "      ✓ after: a*   saw \"abcdef0123456789abcdef0123456789abcdef01\"   {0}rules/rules.yml(2,83)",
        "  - other not looked at   other events: github.release.published, alertmanager.*   {0}rules/rules.yml(3,3)",
        "  - switched-off not looked at   off   {0}rules/rules.yml(4,3)",
    ];

    private readonly Shell _shell = new();
    private RunningBot _bot = null!;

    private string Server => _bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync() =>
        _bot = await RunningBot.StartAsync(Rules, [new("Rules:WatchEvery", "00:00:00.100")], _shell.Folder);

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _shell.Dispose();
    }

    [Fact]
    public async Task Writes_the_same_tree_for_a_file_and_for_a_delivery()
    {
        var (id, file) = await DeliverAsync();

        var delivered = await _shell.RunAsync("explain", id, "--server", Server);
        var read = await _shell.RunAsync("explain", file, "--event", "github.push");

        var came = (await _bot.GetDeliveryAsync(id)).GetProperty("received_at").GetString();
        Assert.StartsWith($"github.push {id}: done (github:acme/shop@refs/heads/main)\n  came at {came}\n{string.Join('\n', Tree.Select(l => Place(l, _shell.Folder.Path + "/")))}\n  → docs: slack.post", delivered.Out, StringComparison.Ordinal);
        Assert.StartsWith($"github.push (github:acme/shop@refs/heads/main)\n{string.Join('\n', Tree.Select(l => Place(l, "")))}\n  → docs: slack.post", read.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("decided by", delivered.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_json_of_one_shape_for_a_file_and_for_a_delivery()
    {
        var (id, file) = await DeliverAsync();

        var delivered = await ExplainAsync(id, "--server", Server, "--format", "json");
        var read = await ExplainAsync(file, "--event", "github.push", "--format", "json");
        var one = await ExplainAsync(file, "--event", "github.push", "--format", "json", "--rule", "other");

        Assert.Equal(Shape(delivered), Shape(read));
        Assert.Equal((await _bot.GetDeliveryAsync(id)).GetRawText(), delivered.GetRawText());
        Assert.Equal("docs", read.Rule("docs").GetProperty("rule").GetString());
        Assert.Equal([("other", "other events: github.release.published, alertmanager.*"), ("switched-off", "off")], PassedOver(read));
        Assert.Equal(PassedOver(read), PassedOver(delivered));
        Assert.Equal((0, 1, 0), (one.GetProperty("rules").GetArrayLength(), one.GetProperty("not_looked_at").GetArrayLength(), one.GetProperty("actions").GetArrayLength()));
    }

    [Fact]
    public async Task Decides_about_a_file_with_the_facts_that_are_given()
    {
        var (_, file) = await DeliverAsync();
        var rules = _shell.Folder.Write("facts/rules.yml", """
            rules: { docs: { on: github.push, if: { facts.changed_files: { all: "docs/**" } }, then: [slack.post: { channel: c, text: x }] } }
            """);

        var unsaid = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules);
        var said = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules, "--fact", "changed_files=[\"docs/a.md\"]");
        var misspelt = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules, "--fact", "changed_flies=[]");
        var broken = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules, "--fact", "changed_files");

        Assert.Contains("say what they are with --fact: facts.changed_files", unsaid.Out, StringComparison.Ordinal);
        Assert.Contains("✓ docs matches", said.Out, StringComparison.Ordinal);
        Assert.Equal((2, true), (misspelt.Code, misspelt.Error.Contains("did you mean 'changed_files'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (broken.Code, broken.Error.Contains("--fact takes name=JSON", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Names_twenty_rules_that_it_did_not_look_at_and_all_of_them_when_asked()
    {
        var (_, file) = await DeliverAsync();
        var rules = _shell.Folder.Write("many/rules.yml", "rules:\n" + string.Concat(Enumerable.Range(0, 25).Select(i => $"  r{i}: {{ on: github.fork, then: [slack.post: {{ channel: c, text: x }}] }}\n")));

        var some = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules);
        var all = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules, "--all");

        Assert.Equal((20, 25), (some.Out.Split("not looked at   ").Length - 1, all.Out.Split("not looked at   ").Length - 1));
        Assert.Contains("  - 5 more rules not looked at; --all names them", some.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_there_is_no_such_file_when_no_bot_answers_either()
    {
        var said = await _shell.RunAsync("explain", "nofile", "--server", "http://127.0.0.1:1");

        Assert.Equal(1, said.Code);
        Assert.StartsWith("There is no file 'nofile', and no bot can be asked for a delivery of that id: No bot answers at http://127.0.0.1:1", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send")]
    [InlineData("backtest")]
    [InlineData("health")]
    [InlineData("explain")]
    [InlineData("schema")]
    public async Task Each_verb_says_its_exit_codes(string verb) =>
        Assert.Contains("Exit codes: 0 ", (await _shell.RunAsync(verb, "--help")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Tells_of_a_file_what_becomes_of_the_match_and_of_each_step()
    {
        var (_, file) = await DeliverAsync();
        var rules = _shell.Folder.Write("timed/rules.yml", """
            rules:
              later:
                on: github.push
                wait: 1h
                then:
                  - { slack.post: { channel: "#dev", text: x }, when: { deleted: true }, name: gone }
                  - slack.post: { channel: "#dev", text: y }
            """);

        var read = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules);

        Assert.Contains("✗ step gone is left out", read.Out, StringComparison.Ordinal);
        Assert.Contains("✗ deleted: true   saw false", read.Out, StringComparison.Ordinal);
        Assert.Contains("waits until ", read.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_other_rules_are_in_force_than_decided()
    {
        var (id, _) = await DeliverAsync();
        var before = await _bot.GetDeliveryAsync(id);

        // In one step, or the bot may read half of it and then the rest.
        var changed = _shell.Folder.Write("changed", Rules + "\n  another: { on: github.release.published, then: [slack.post: { channel: \"#dev\", text: x }] }\n");
        File.Move(changed, Path.Combine(_shell.Folder.Path, "rules", "rules.yml"), overwrite: true);
        var after = await Poll.UntilAsync(() => _bot.GetDeliveryAsync(id), d => InForce(d) != InForce(before));

        var said = await _shell.RunAsync("explain", id, "--server", Server);
        var unknown = await _shell.RunAsync("explain", id, "--server", Server, "--rule", "dox");

        Assert.Equal(before.GetProperty("rule_set").GetString(), InForce(before));
        Assert.Equal(JsonValueKind.Null, after.GetProperty("not_looked_at").ValueKind);
        Assert.Contains($"  decided by rule set {InForce(before)}; in force is {InForce(after)}\n", said.Out, StringComparison.Ordinal);
        Assert.Contains("✓ docs matches", said.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not looked at", said.Out, StringComparison.Ordinal);
        Assert.Equal((2, true), (unknown.Code, unknown.Error.Contains("did you mean 'docs'?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Calls_a_step_by_its_name_and_asks_for_the_event_that_a_file_does_not_name()
    {
        var rules = Path.GetDirectoryName(_shell.Folder.Write("named/a.yml", """
            sources: { github: { preset: github, secret: X } }
            rules: { tell: { on: github.push, then: [{ http: { url: "https://example.com" }, name: the ledger }] } }
            """))!;
        var file = _shell.Folder.Write("payload.json", "{}");

        var said = await _shell.RunAsync("explain", file, "--event", "github.push", "--rules", rules);
        var unnamed = await _shell.RunAsync("explain", file, "--rules", rules);

        Assert.Contains("  → tell: http (the ledger) {", said.Out, StringComparison.Ordinal);
        Assert.Equal((2, true), (unnamed.Code, unnamed.Error.StartsWith("'payload' names no event; say which it is with --event", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lets_nothing_of_a_payload_at_the_terminal()
    {
        var file = _shell.Folder.Write("evil.json", """{"ref":"\u001b[2J\u202e","after":"\ud800","deleted":"\r\nrule matches"}""");

        var said = await _shell.RunAsync("explain", file, "--event", "github.push\u001b[31m");
        var named = await _shell.RunAsync("explain", file, "--event", "github.push");
        var id = await _shell.RunAsync("explain", "no\u001bsuch", "--server", Server);

        Assert.True(named.Code == 0, named.ToString());
        Assert.Contains("✗ docs does not match", named.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(said.All + named.All + id.All, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }

    private async Task<(string Id, string File)> DeliverAsync()
    {
        var body = BotWorld.Sample("github.push");
        var id = await _bot.SendGitHubAsync("push", body);
        await _bot.FinishedAsync(id);
        return (id, _shell.Folder.Write("push.json", body));
    }

    private async Task<JsonElement> ExplainAsync(params string[] arguments)
    {
        var said = await _shell.RunAsync(["explain", .. arguments]);
        Assert.True(said.Code == 0, said.ToString());
        return JsonSerializer.Deserialize<JsonElement>(said.Out);
    }

    private static string Place(string line, string folder) => line.Replace("{0}", folder, StringComparison.Ordinal);

    private static string? InForce(JsonElement delivery) => delivery.GetProperty("rule_set_in_force").GetString();

    private static List<(string?, string?)> PassedOver(JsonElement delivery) =>
        [.. delivery.GetProperty("not_looked_at").EnumerateArray().Select(r => (r.GetProperty("rule").GetString(), r.GetProperty("why").GetString()))];

    // The names of all properties, down to those of the first item of each list; headers and attempts are what a file has none of.
    private static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(",", value.EnumerateObject().Select(p => p.Name + (p.Name is "headers" or "attempts" ? "" : Shape(p.Value))))}}}",
        JsonValueKind.Array when value.GetArrayLength() > 0 => $"[{Shape(value[0])}]",
        _ => "",
    };
}
