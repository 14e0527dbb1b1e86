using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary><c>webhookbot backtest</c> as people call it, against a bot that runs.</summary>
public sealed class BacktestVerbTests : IAsyncLifetime
{
    private const string Old = """
        rules:
          greet: { on: github.issues.opened, then: [ { slack.post: { channel: "#dev", text: "{{issue.title}}" } } ] }
          close: { on: github.issues.closed, then: [ { slack.post: { channel: "#dev", text: "closed" } } ] }
          calm: { on: github.star.created, throttle: { limit: 1, per: 1h }, then: [ { slack.post: { channel: "#dev", text: "a star" } } ] }
        """;

    private const string New = """
        rules:
          greet: { on: github.issues.*, then: [ { slack.post: { channel: "#dev", text: "{{issue.title}}!" } } ] }
          files: { on: github.pull_request.*, if: { facts.changed_files: { any: "docs/**" } }, then: [ { github.label: { add: docs } } ] }
          calm: { on: github.star.created, throttle: { limit: 2, per: 1h }, then: [ { slack.post: { channel: "#dev", text: "a star" } } ] }
        """;

    private readonly Shell _shell = new();
    private RunningBot _bot = null!;

    private string Server => _bot.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        _shell.Folder.Write("old/sources.yml", RunningBot.Sources);
        _shell.Folder.Write("old/rules.yml", Old);
        _shell.Folder.Write("new/sources.yml", RunningBot.Sources);
        _shell.Folder.Write("new/rules.yml", New);
        _bot = await RunningBot.StartAsync(Old, [new("Admin:Token", "let-me-in")]);
        _bot.Client.DefaultRequestHeaders.Authorization = new("Bearer", "let-me-in");
        foreach (var (action, title, at) in new[] { ("opened", "It broke", 1), ("closed", "Old", 2), ("opened", "Again", 3) })
        {
            await _bot.FinishedAsync(await _bot.SendGitHubAsync("issues", $$"""{"action":"{{action}}","issue":{"title":"{{title}}","number":{{at}}},"repository":{"full_name":"acme/shop"} }""", $"0000000{at}-cc78-11e3-81ab-4c9367dc0958"));
        }

        await _bot.FinishedAsync(await _bot.SendGitHubAsync("pull_request", BotWorld.Sample("github.pull_request.opened"), "00000004-cc78-11e3-81ab-4c9367dc0958"));
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        _shell.Dispose();
    }

    [Fact]
    public async Task Tells_what_other_rules_would_have_done()
    {
        var said = await BacktestAsync("old", "new");
        var same = await BacktestAsync("old", "old/");
        var markdown = await BacktestAsync("old", "new", "--format", "markdown");

        Assert.True(said.Code == 0, said.ToString());
        Assert.StartsWith("4 deliveries of ", said.Out, StringComparison.Ordinal);
        Assert.Contains("greet: fired on 2, would fire on 3   new/rules.yml(2,3)", said.Out, StringComparison.Ordinal);
        Assert.Contains("  newly fires on 1 delivery\n    00000002-cc78-11e3-81ab-4c9367dc0958 github.issues.closed (github:acme/shop#2)", said.Out, StringComparison.Ordinal);
        Assert.Contains("slack.post has another text, on 2 deliveries; on 00000003-cc78-11e3-81ab-4c9367dc0958:\n    - \"Again\"\n    + \"Again!\"", said.Out, StringComparison.Ordinal);
        Assert.Contains("close: fired on 1, would fire on 0   old/rules.yml(3,3)", said.Out, StringComparison.Ordinal);
        Assert.Contains("files cannot be decided under the new rules on 1 delivery: facts.changed_files, it was not recorded", said.Out, StringComparison.Ordinal);
        Assert.Contains("calm: throttle differs (not simulated)   new/rules.yml(4,3)\n", said.Out, StringComparison.Ordinal);
        Assert.EndsWith("2 rules act otherwise.\n", said.Out, StringComparison.Ordinal);
        Assert.Empty(said.Error);
        Assert.Equal((0, true), (same.Code, same.Out.EndsWith("No rule acts otherwise.\n", StringComparison.Ordinal)));
        Assert.True(markdown.Code == 0, markdown.ToString());
        Assert.Contains("| `greet` | 1 | 0 | 2 |\n| `close` | 0 | 1 | 0 |", markdown.Out, StringComparison.Ordinal);
        Assert.Contains("**Time keys:**\n\n- `calm` throttle differs (not simulated)\n", markdown.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not simulated", same.Out, StringComparison.Ordinal);
        Assert.Contains("```diff\n- \"Again\"\n+ \"Again!\"\n```", markdown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_programs_everything()
    {
        var said = await BacktestAsync("old", "new/rules.yml", "--format", "json", "--fail-on-change");
        var narrow = await BacktestAsync("old", "new", "--format", "json", "--fail-on-change", "--last", "2", "--event", "github.issues.*", "--source", "github", "--since", "1h");
        var none = await BacktestAsync("old", "new", "--format", "json", "--fail-on-change", "--since", "2999-01-01T00:00:00Z");
        var same = await BacktestAsync("old", "old", "--fail-on-change");

        Assert.Equal(1, said.Code);
        var report = JsonDocument.Parse(said.Out).RootElement;
        Assert.Equal((4, true), (report.GetProperty("deliveries").GetInt32(), report.GetProperty("changed").GetBoolean()));
        Assert.Equal(["greet", "close"], report.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("rule").GetString()));
        Assert.Equal("00000002-cc78-11e3-81ab-4c9367dc0958", Assert.Single(report.GetProperty("rules")[0].GetProperty("starts").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("""[{"rule":"calm","at":"new/rules.yml(4,3)","keys":["throttle"]}]""", JsonSerializer.Serialize(report.GetProperty("timing_not_simulated")));
        Assert.Equal("new", Assert.Single(report.GetProperty("undecided").EnumerateArray()).GetProperty("under").GetString());
        Assert.Equal((1, 2), (narrow.Code, JsonDocument.Parse(narrow.Out).RootElement.GetProperty("deliveries").GetInt32()));
        Assert.Equal((0, 0), (none.Code, JsonDocument.Parse(none.Out).RootElement.GetProperty("deliveries").GetInt32()));
        Assert.Equal(0, same.Code);
    }

    [Fact]
    public async Task Says_what_is_wrong_with_what_it_was_told()
    {
        _shell.Folder.Write("broken/rules.yml", "rules: { r: { on: github.push, if: { ref: { equal: x } }, then: [ { slack.pst: {} } ] } }");
        var missing = await BacktestAsync("old", "nowhere");
        var one = await BacktestAsync("old");
        var broken = await BacktestAsync("old", "broken");
        var last = await BacktestAsync("old", "new", "--last", "0");
        var many = await BacktestAsync("old", "new", "--last", "many");
        var since = await BacktestAsync("old", "new", "--since", "yesterday");
        var format = await BacktestAsync("old", "new", "--format", "xml");
        var help = await BacktestAsync("--help");
        var without = await _shell.RunAsync("backtest", "old", "new", "--server", Server);
        var nobody = await _shell.RunAsync("backtest", "old", "new", "--server", "http://127.0.0.1:1");

        Assert.Equal((2, true), (missing.Code, missing.Error.Contains("There is no file or folder 'nowhere'", StringComparison.Ordinal)));
        Assert.Equal((2, true), (one.Code, one.Error.Contains("new", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal((1, true), (broken.Code, broken.Error.Contains("broken/rules.yml(1,", StringComparison.Ordinal)));
        Assert.Equal((2, true), (last.Code, last.Error.Contains("--last takes a number from 1 to", StringComparison.Ordinal)));
        Assert.Equal((2, true), (many.Code, many.Error.Contains("--last takes a number", StringComparison.Ordinal)));
        Assert.Equal((2, true), (since.Code, since.Error.Contains("--since takes an age such as 7d", StringComparison.Ordinal)));
        Assert.Equal(2, format.Code);
        Assert.Equal((0, true), (help.Code, help.Out.Contains("--fail-on-change", StringComparison.Ordinal)));
        Assert.Equal((1, true), (without.Code, without.Error.Contains("Admin__Token", StringComparison.Ordinal)));
        Assert.Equal((1, true), (nobody.Code, nobody.Error.Contains("No bot answers at http://127.0.0.1:1", StringComparison.Ordinal)));
        Assert.All([missing, one, broken, last, many, since, format, without, nobody], said => Assert.Equal((true, false), (said.Out.Length == 0, said.Error.Contains("   at ", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Says_what_is_wrong_with_what_a_server_answers()
    {
        await using var peer = await FakePeer.StartAsync();
        var server = peer.Url.GetLeftPart(UriPartial.Authority);
        const string Lines = "application/x-ndjson";
        const string Line = """{"id":"d-1","source":"github","event":"github.issues.closed","received_at":"2026-01-05T12:00:00Z","payload":{},"facts":null}""";
        async Task<Said> AnswerAsync(PeerAnswer answer)
        {
            peer.Next(answer);
            return await _shell.RunAsync("backtest", "old", "new", "--server", server);
        }

        var page = await AnswerAsync(new PeerAnswer(200, "<html>Welcome</html>", "text/html"));
        var older = await AnswerAsync(PeerAnswer.Json(new { title = "There is no such delivery" }, 404));
        var refused = await AnswerAsync(new PeerAnswer(400, """{"detail":"'last' is too large\u001b[31m"}""", "application/problem+json"));
        var odd = await AnswerAsync(new PeerAnswer(400, "[7", "application/problem+json"));
        var dropped = await AnswerAsync(PeerAnswer.Dropped);
        var rubbish = await AnswerAsync(new PeerAnswer(200, "<html>\nWelcome\n</html>", Lines));
        var half = await AnswerAsync(new PeerAnswer(200, Line + "\n" + Line[..50], Lines));
        var brokenOff = await AnswerAsync(new PeerAnswer(200, Line + "\n" + Line[..50], Lines) { Failure = PeerAnswer.Fault.Truncate });

        Assert.Equal((1, true), (page.Code, page.Error.Contains("it answered 200 text/html); is it a WebhookBot of this version?", StringComparison.Ordinal)));
        Assert.Equal((1, true), (older.Code, older.Error.Contains("it answered 404", StringComparison.Ordinal)));
        Assert.Equal((1, true), (refused.Code, refused.Error.Contains("'last' is too large\\u001b[31m", StringComparison.Ordinal)));
        Assert.Equal((1, true), (odd.Code, odd.Error.Contains("[7", StringComparison.Ordinal)));
        Assert.Equal((1, true), (dropped.Code, dropped.Error.Contains("No bot answers", StringComparison.Ordinal)));
        Assert.Equal((1, true), (rubbish.Code, rubbish.Error.Contains("3 lines could not be read as deliveries and are left out; line 1: it is no JSON", StringComparison.Ordinal)));
        Assert.Equal((0, true), (half.Code, half.Error.Contains("1 line could not be read", StringComparison.Ordinal)));
        Assert.Contains("1 delivery of ", half.Out, StringComparison.Ordinal);
        Assert.Equal((1, true), (brokenOff.Code, brokenOff.Error.Contains("The deliveries broke off after 1", StringComparison.Ordinal)));
        Assert.Contains("2 rules act otherwise.", brokenOff.Out, StringComparison.Ordinal);
        Assert.All([page, older, refused, odd, dropped, rubbish, half, brokenOff], said => Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ends_when_it_is_interrupted()
    {
        await using var peer = await FakePeer.StartAsync();
        peer.Next(PeerAnswer.Hanging);
        await using var verb = _shell.Start([], "backtest", "old", "new", "--server", peer.Url.GetLeftPart(UriPartial.Authority));
        await peer.AnyRequestAsync();

        verb.Interrupt();

        Assert.Equal(130, await verb.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("Stopped; there is no report.", verb.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", verb.Output, StringComparison.Ordinal);
    }

    private Task<Said> BacktestAsync(params string[] arguments) =>
        _shell.RunAsync([("Admin__Token", "let-me-in")], ["backtest", .. arguments, .. arguments is ["--help"] ? [] : new[] { "--server", Server }]);
}
