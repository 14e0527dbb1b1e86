using System.Text.Json;
using System.Xml.Linq;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Cli;

/// <summary>Rule tests as people and CI systems run them.</summary>
public sealed class TestVerbTests : IDisposable
{
    private const string Rules = """
        rules:
          greet:
            on: github.push
            if: { ref: refs/heads/main, facts.changed_files: { any: "*" } }
            then: [slack.post: { channel: "#dev", text: "{{ref}}" }]
            else: [slack.post: { channel: "#dev", text: other }]
          never: { on: github.release.published, then: [slack.post: { channel: "#dev", text: x }] }
        """;

    private const string Tests = """
        tests:
          a push to main is told:
            event: github.push
            facts: { changed_files: [a.cs] }
            expect: { greet: [{ slack.post: { text: refs/heads/main } }] }
          another push is told otherwise:
            event: { name: github.push, file: push.json }
            facts: { changed_files: [] }
            expect: { greet: [{ slack.post: { text: other } }] }
        """;

    private readonly Shell _shell = new();

    public TestVerbTests()
    {
        _shell.Folder.Write("rules/sources.yml", RunningBot.Sources);
        _shell.Folder.Write("rules/rules.yml", Rules);
        _shell.Folder.Write("rules/tests/greet.yml", Tests);
        _shell.Folder.Write("rules/tests/push.json", """{"ref":"refs/heads/dev"}""");
    }

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Tells_what_the_tests_do_not_exercise()
    {
        var brief = await _shell.RunAsync("test");
        var whole = await _shell.RunAsync("test", "--coverage");
        var enough = await _shell.RunAsync("test", "--min-coverage", "85");
        var tooLittle = await _shell.RunAsync("test", "--min-coverage", "86");

        const string Summary = "coverage 85 %: 1 of 2 rules matched, 2 of 3 branches ran, 2 of 2 conditions were seen both ways";
        Assert.True(brief.Code == 0, brief.ToString());
        Assert.EndsWith(Summary, brief.Out.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains(Summary, whole.Out, StringComparison.Ordinal);
        Assert.Contains("  greet        1  ✓     ✓     2 of 2", whole.Out, StringComparison.Ordinal);
        Assert.Contains("  ✗ never: never matched   rules/rules.yml(7,3)", whole.Out, StringComparison.Ordinal);
        Assert.Equal((0, 1), (enough.Code, tooLittle.Code));
        Assert.Contains("85 % is less than the 86 %", tooLittle.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_only_the_tests_that_are_asked_for()
    {
        var one = await _shell.RunAsync("test", "--filter", "ANOTHER push", "--coverage");
        var none = await _shell.RunAsync("test", "--filter", "nothing of the sort");

        Assert.True(one.Code == 0, one.ToString());
        Assert.Contains("1 passed, 0 failed, 1 left out by the filter", one.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("a push to main is told", one.Out, StringComparison.Ordinal);
        Assert.Contains("ref: refs/heads/main: never seen to hold   rules/rules.yml(4,11)", one.Out, StringComparison.Ordinal);
        Assert.Equal((2, true), (none.Code, none.Error.Contains("No test has 'nothing of the sort' in its name", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Writes_the_same_as_json()
    {
        var said = await _shell.RunAsync("test", "rules", "--format", "json");
        _shell.Folder.Write("rules/broken.yml", "rules: [\n");
        var broken = await _shell.RunAsync("test", "rules", "--format", "json");

        var json = JsonSerializer.Deserialize<JsonElement>(said.Out);
        var coverage = json.GetProperty("coverage");
        Assert.Equal((2, 0), (json.GetProperty("passed").GetInt32(), json.GetProperty("failed").GetInt32()));
        Assert.Equal((85, 6, 7), (coverage.GetProperty("percent").GetInt32(), coverage.GetProperty("covered").GetInt32(), coverage.GetProperty("total").GetInt32()));
        var never = coverage.GetProperty("rules")[1];
        Assert.Equal(("never", 0, false, JsonValueKind.Null), (never.GetProperty("rule").GetString(), never.GetProperty("matched").GetInt32(), never.GetProperty("then").GetBoolean(), never.GetProperty("else").ValueKind));
        Assert.True(coverage.GetProperty("rules")[0].GetProperty("conditions")[0].GetProperty("held").GetBoolean());
        Assert.Equal(1, broken.Code);
        Assert.Contains("rules/broken.yml(", JsonSerializer.Deserialize<JsonElement>(broken.Out).GetProperty("diagnostics")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_a_report_that_says_what_it_said()
    {
        _shell.Folder.Write("rules/tests/wrong.yml", """
            tests:
              "<b> & \u0007":
                event: github.push
                facts: { changed_files: [a] }
                expect: { greet: no match }
              misspelt:
                event: github.psh
                expect: {}
            """);

        var said = await _shell.RunAsync("test", "--junit", "report.xml");
        var nowhere = await _shell.RunAsync("test", "--junit", "no/such/folder.xml");

        Assert.Equal(1, said.Code);
        var root = XDocument.Load(Path.Combine(_shell.Folder.Path, "report.xml")).Root!;
        Assert.Equal((4, 1, 1), ((int)root.Attribute("tests")!, root.Descendants("failure").Count(), root.Descendants("error").Count()));
        Assert.Contains("2 passed, 2 failed", said.Out, StringComparison.Ordinal);
        Assert.Contains(root.Descendants("testcase"), c => (string?)c.Attribute("name") == "<b> & \uFFFD" && (string?)c.Attribute("classname") == "rules/tests/wrong.yml");
        Assert.Contains(@"✗ <b> & \u0007", said.Out, StringComparison.Ordinal);
        Assert.Equal((2, true), (nowhere.Code, nowhere.Error.Contains("cannot be written", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--min-coverage", "101")]
    [InlineData("--min-coverage", "-1")]
    [InlineData("--min-coverage", "many")]
    [InlineData("--format", "xml")]
    [InlineData("--watch", "nowhere")]
    public async Task Ends_with_two_for_what_it_cannot_make_sense_of(string option, string value)
    {
        var said = await _shell.RunAsync("test", option, value);

        Assert.Equal(2, said.Code);
        Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_a_misspelt_fact_and_outlives_payloads_that_are_none()
    {
        _shell.Folder.Write("rules/tests/half.json", "{\"ref\":\"\\ud800\"}");
        _shell.Folder.Write("rules/tests/odd.yml", """
            tests:
              fact: { event: github.push, facts: { changed_flies: [a] }, expect: {} }
              nul: { event: { name: github.push, file: "a\0b" }, expect: {} }
              folder: { event: { name: github.push, file: ../tests }, expect: {} }
              outside: { event: { name: github.push, file: ../sources.yml }, expect: {} }
              slip: { event: { name: github.pull_request.opend, payload: {} }, expect: { greet: no match } }
              new: { event: { name: github.pull_request.sanctified, payload: {} }, expect: { greet: no match } }
              half: { event: { name: github.push, file: half.json }, facts: { changed_files: [] }, expect: { greet: [{ slack.post: { text: other } }] } }
            """);

        var said = await _shell.RunAsync("test");

        Assert.Equal(1, said.Code);
        Assert.Contains("rules/tests/odd.yml(2,40): error WB0121: unknown fact 'changed_flies'; did you mean 'changed_files'?", said.Out, StringComparison.Ordinal);
        Assert.Equal(3, said.Out.Split("error WB0150: there is no file").Length - 1);
        Assert.Contains("'opend' is no action of github.pull_request; did you mean 'opened'?", said.Out, StringComparison.Ordinal);
        Assert.Contains("✗ slip", said.Out, StringComparison.Ordinal);
        Assert.Contains("✓ new", said.Out, StringComparison.Ordinal);
        Assert.Contains("✓ half", said.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Runs_again_when_a_file_changes_until_it_is_told_to_stop(bool isBroken)
    {
        await using var watching = _shell.Start([], "test", "--watch", "--junit", "report.xml");
        await Told(watching, 1);
        Assert.Contains("2 passed, 0 failed", watching.Output, StringComparison.Ordinal);

        _shell.Folder.Write("rules/tests/push.json", "{");
        await Told(watching, 2);
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d changed: rules/tests/push\.json\r?$", watching.Output);
        Assert.Contains("1 passed, 1 failed", watching.Output, StringComparison.Ordinal);

        _shell.Folder.Write("rules/rules.yml", "rules: [\n");
        await Told(watching, 3);
        Assert.Contains("changed: rules/rules.yml", watching.Output, StringComparison.Ordinal);
        Assert.Contains("The rule files have errors.", watching.Output, StringComparison.Ordinal);

        if (!isBroken)
        {
            _shell.Folder.Write("rules/rules.yml", Rules);
            _shell.Folder.Write("rules/tests/push.json", """{"ref":"refs/heads/dev"}""");
            await Told(watching, 4);
        }

        watching.Terminate();
        Assert.Equal(isBroken ? 1 : 0, await watching.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.DoesNotContain("   at ", watching.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', watching.Output);
        Assert.Equal(isBroken ? 1 : 2, (int)XDocument.Load(Path.Combine(_shell.Folder.Path, "report.xml")).Root!.Attribute("tests")!);
    }

    private static Task Told(ChildProcess watching, int times) => Poll.UntilAsync(
        () => watching.Output.Split("waiting for a change").Length - 1 >= times || watching.HasExited, () => watching.Output);
}
