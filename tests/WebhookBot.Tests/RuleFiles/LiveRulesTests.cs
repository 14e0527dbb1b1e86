using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.RuleFiles;

/// <summary>Rule files that change under a running bot.</summary>
public sealed class LiveRulesTests : IAsyncLifetime
{
    private const string Good = """
        rules:
          first:
            on: github.push
            then:
              - slack.post: { channel: "#dev", text: "first" }
        """;

    private const string Broken = """
        rules:
          first:
            on: github.push
            if: { ref: { equal: main } }
            then:
              - slack.post: { channel: "#dev", text: "first" }
        """;

    private readonly CollectedLog _log = new();
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync() => _bot = await RunningBot.StartAsync(
        Good, replace: services => services.AddLogging(logging => logging.AddProvider(_log)));

    public ValueTask DisposeAsync() => _bot.DisposeAsync();

    [Fact]
    public async Task Puts_a_good_change_into_force()
    {
        _bot.Folder.Write("rules/rules.yml", Good.Replace("first", "second", StringComparison.Ordinal));

        await RulesAsync(rules => NamesOf(rules) is ["second"]);

        var delivery = await _bot.FinishedAsync(await _bot.SendGitHubAsync("push", "{}"));
        Assert.Equal("second", Assert.Single(delivery.GetProperty("actions").EnumerateArray()).GetProperty("rule").GetString());
    }

    [Fact]
    public async Task Notices_files_that_come_and_go()
    {
        var more = _bot.Folder.Write("rules/more/deep.yaml", Good.Replace("first", "deep", StringComparison.Ordinal));
        await RulesAsync(rules => NamesOf(rules).Count == 2);

        File.Delete(more);
        await RulesAsync(rules => NamesOf(rules) is ["first"]);
    }

    [Fact]
    public async Task Names_the_mistake_and_not_a_warning_as_the_reason_why_a_reload_failed()
    {
        _bot.Folder.Write("rules/a.yml", "rules: { x: { on: github.pus, then: [] } }");

        var rules = await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() > 1);

        Assert.Equal(["warning", "error"], rules.GetProperty("diagnostics").EnumerateArray().Select(d => d.GetProperty("severity").GetString()));
        using var ready = await _bot.Client.GetAsync("/readyz", TestContext.Current.CancellationToken);
        var text = await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("stays in force: ", text, StringComparison.Ordinal);
        Assert.Contains(" error WB", text, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_not_held_up_by_a_pipe_among_the_files()
    {
        var pipe = Path.Combine(_bot.Folder.Path, "rules", "pipe.yml");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(Path.Combine(_bot.Folder.Path, "rules", "link.yml"), pipe);
        _bot.Folder.Write("rules/rules.yml", Good.Replace("first", "second", StringComparison.Ordinal));

        await RulesAsync(rules => NamesOf(rules) is ["second"]);
    }

    [Fact]
    public async Task Keeps_the_last_good_rules_and_tells_what_is_wrong_until_it_is_mended()
    {
        var hash = (await RulesAsync(_ => true)).GetProperty("hash").GetString();
        _bot.Folder.Write("rules/rules.yml", Broken);

        var rules = await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() > 0);

        Assert.Equal(hash, rules.GetProperty("hash").GetString());
        Assert.StartsWith($"the last reload failed, rule set {hash} stays in force: ", rules.EnumerateObject().First().Value.GetString(), StringComparison.Ordinal);
        var diagnostic = rules.GetProperty("diagnostics")[0];
        Assert.EndsWith("rules.yml", diagnostic.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.Equal((4, "WB0104", "error"), (diagnostic.GetProperty("line").GetInt32(), diagnostic.GetProperty("code").GetString(), diagnostic.GetProperty("severity").GetString()));
        Assert.InRange(diagnostic.GetProperty("column").GetInt32(), 1, 40);
        Assert.Contains(_log.Lines, line => line.Contains("rules.yml(4,", StringComparison.Ordinal) && line.Contains("WB0104", StringComparison.Ordinal));
        using var ready = await _bot.Client.GetAsync("/readyz", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)ready.StatusCode);
        Assert.Contains("WB0104", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("done", (await _bot.FinishedAsync(await _bot.SendGitHubAsync("push", "{}"))).Status());

        _bot.Folder.Write("rules/rules.yml", Good + "\n");

        await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() == 0);
    }

    [Fact]
    public async Task Keeps_the_rules_when_their_folder_vanishes_and_says_so()
    {
        var hash = (await RulesAsync(_ => true)).GetProperty("hash").GetString();
        var (folder, aside) = (Path.Combine(_bot.Folder.Path, "rules"), Path.Combine(_bot.Folder.Path, "aside"));
        Directory.Move(folder, aside);

        var rules = await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() > 0);
        Assert.Equal(hash, rules.GetProperty("hash").GetString());

        // It is shown before it is told.
        await Poll.UntilAsync(() => _log.Lines.Any(line => line.Contains($"the rules folder is gone: {folder}; rule set {hash} stays in force", StringComparison.Ordinal)));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("nothing is received", StringComparison.Ordinal));

        Directory.Move(aside, folder);
        await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() == 0);
    }

    [Fact]
    public async Task Refuses_files_that_are_links_out_of_the_folder_or_cannot_be_read()
    {
        var secret = _bot.Folder.Write("elsewhere/secret.yml", "rules: {}");
        File.CreateSymbolicLink(Path.Combine(_bot.Folder.Path, "rules", "link.yml"), secret);

        var linked = await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() > 0);
        Assert.Equal("WB0003", linked.GetProperty("diagnostics")[0].GetProperty("code").GetString());
        File.Delete(Path.Combine(_bot.Folder.Path, "rules", "link.yml"));
        await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() == 0);

        Directory.CreateSymbolicLink(Path.Combine(_bot.Folder.Path, "rules", "folder"), Path.Combine(_bot.Folder.Path, "elsewhere"));
        var folder = await RulesAsync(r => r.GetProperty("diagnostics").GetArrayLength() > 0);
        Assert.Equal("WB0003", folder.GetProperty("diagnostics")[0].GetProperty("code").GetString());
    }

    private static List<string?> NamesOf(JsonElement rules) => [.. rules.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("rule").GetString())];

    private Task<JsonElement> RulesAsync(Func<JsonElement, bool> isRight) => Poll.UntilAsync(
        () => _bot.Client.GetFromJsonAsync<JsonElement>("/api/rules", TestContext.Current.CancellationToken), isRight, () => string.Join('\n', _log.Lines));
}
