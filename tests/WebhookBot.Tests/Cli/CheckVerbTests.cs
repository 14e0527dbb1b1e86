using System.Text.Json;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.RuleFiles;

namespace WebhookBot.Tests.Cli;

public sealed class CheckVerbTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Finds_no_mistake_in_the_shipped_rules()
    {
        ShippedRules.CopyTo(Path.Combine(_shell.Folder.Path, "rules"));

        var text = await _shell.RunAsync("check");
        var json = await _shell.RunAsync("check", "rules", "--format", "json");
        var github = await _shell.RunAsync("check", "rules", "--format", "github");

        Assert.True(text.Code == 0, text.ToString());
        Assert.Contains("no mistakes", text.Out, StringComparison.Ordinal);
        Assert.Equal((0, "[]", ""), (json.Code, json.Out.Trim(), json.Error));
        Assert.Equal((0, "", ""), (github.Code, github.Out.Trim(), github.Error));
    }

    [Fact]
    public async Task Tells_every_mistake_in_each_format()
    {
        Mistakes.WriteTo(_shell.Folder);

        var text = await _shell.RunAsync("check", "rules");
        var json = await _shell.RunAsync("check", "rules", "--format", "json");
        var github = await _shell.RunAsync("check", "rules", "--format", "github");

        Assert.Equal([1, 1, 1], new[] { text.Code, json.Code, github.Code });
        var told = JsonSerializer.Deserialize<List<JsonElement>>(json.Out)!;
        foreach (var (file, _, code) in Mistakes.Files)
        {
            var one = told.First(d => d.GetProperty("file").GetString() == $"rules/{file}" && d.GetProperty("code").GetString() == code);
            var (line, column) = (one.GetProperty("line").GetInt32(), one.GetProperty("column").GetInt32());
            Assert.Contains($"rules/{file}({line},{column}): error {code}: {one.GetProperty("message").GetString()}", text.Out, StringComparison.Ordinal);
            Assert.Contains($"::error file=rules/{file},line={line},col={column},title={code}::", github.Out, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("s3cr3t", text.All + json.All + github.All, StringComparison.Ordinal);
        Assert.All(github.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("::", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ends_with_two_for_what_it_cannot_make_sense_of()
    {
        Assert.Equal(2, (await _shell.RunAsync("check", "nowhere")).Code);
        Assert.Equal(2, (await _shell.RunAsync("check", "--format", "xml")).Code);
        Assert.Equal(2, (await _shell.RunAsync("check", "--nonsense")).Code);
    }

    [Fact]
    public async Task Checks_one_file()
    {
        var file = _shell.Folder.Write("one.yml", "rules:\n  a:\n    on: github.push\n    then:\n      - slack.pst: { channel: x, text: y }\n");

        var said = await _shell.RunAsync("check", file);

        Assert.Equal(1, said.Code);
        Assert.Contains("one.yml(5,", said.Out, StringComparison.Ordinal);
        Assert.Contains("did you mean 'slack.post'?", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_the_line_and_a_caret_under_the_place()
    {
        _shell.Folder.Write("rules/a.yml", "rules:\n  a:\n    on: github.push\n    if:\n      \"日本\u001b]0;x\u0007\": { equal: x }\n    then: [slack.post: { channel: x, text: y }]\n");

        var said = await _shell.RunAsync("check");

        Assert.Contains("""
            rules/a.yml(5,21): error WB0104: unknown operator 'equal'; write 'is'
                5 |       "日本\u001b]0;x\u0007": { equal: x }
                  |                                 ^

            """, said.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(said.All, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Names_the_text_file_that_a_mistake_stands_in()
    {
        _shell.Folder.Write("rules/a.yml", "rules:\n  a:\n    on: github.push\n    then: [slack.post: { channel: \"#x\", text: { file: texts/x.md } }]\n");
        _shell.Folder.Write("rules/texts/x.md", "Hello\n\nyou {{facts.changed_fils}} and\n  {{#if ref}\nnever\n");

        var said = await _shell.RunAsync("check");

        Assert.Contains("rules/texts/x.md(4,3): error WB0134: '{{#if ref}…' is not closed with }}\n", said.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u000a", said.Out, StringComparison.Ordinal);
        Assert.Contains("rules/texts/x.md(3,7): error WB0121: unknown fact 'changed_fils'", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warns_of_a_rule_that_has_ended_and_counts_one_as_one()
    {
        _shell.Folder.Write("rules/a.yml", "rules:\n  a:\n    on: github.push\n    until: 2020-01-31\n    owner: \"#x\"\n    then: [slack.post: { channel: \"#x\", text: y }]\n  b:\n    on: github.push\n    until: 9999-01-31\n    owner: \"#x\"\n    then: [slack.post: { channel: \"#y\", text: y }]\n");

        var said = await _shell.RunAsync("check");

        Assert.Equal(0, said.Code);
        Assert.Contains("rules/a.yml(4,12): warning WB0186: this day is over", said.Out, StringComparison.Ordinal);
        Assert.EndsWith("2 rules and 0 sources in 1 file: 0 errors, 1 warning\n", said.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", "", false)]
    public async Task Uses_colours_on_a_terminal_unless_asked_not_to(string terminal, string noColour, bool isColoured)
    {
        _shell.Folder.Write("rules/a.yml", "rulez: {}\n");

        var said = await _shell.RunOnTerminalAsync([("TERM", terminal), ("NO_COLOR", noColour)], "check");

        Assert.Contains("WB0010", said, StringComparison.Ordinal);
        Assert.Equal(isColoured, said.Contains("\u001b[31m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runs_the_tests_of_the_shipped_rules()
    {
        ShippedRules.CopyTo(Path.Combine(_shell.Folder.Path, "rules"));

        var text = await _shell.RunAsync("test");
        var json = await _shell.RunAsync("test", "rules", "--format", "json");

        Assert.True(text.Code == 0, text.ToString());
        Assert.Contains("0 failed", text.Out, StringComparison.Ordinal);
        Assert.Equal(0, json.Code);
        Assert.Equal(0, JsonSerializer.Deserialize<JsonElement>(json.Out).GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task Ends_with_one_when_a_test_fails_or_cannot_be_read()
    {
        ShippedRules.CopyTo(Path.Combine(_shell.Folder.Path, "rules"));
        _shell.Folder.Write("rules/tests/wrong.yml", """
            tests:
              a push to main is labelled:
                event: github.push
                expect:
                  deploy-main-to-staging: [{ github.label: { add: x } }]
            """);
        var failed = await _shell.RunAsync("test", "rules");
        _shell.Folder.Write("rules/tests/wrong.yml", "tests:\n  one:\n    evnt: github.push\n");
        var unreadable = await _shell.RunAsync("test", "rules");

        Assert.Equal(1, failed.Code);
        Assert.Contains("✗ a push to main is labelled", failed.Out, StringComparison.Ordinal);
        Assert.Equal(1, unreadable.Code);
        Assert.Contains("rules/tests/wrong.yml(3,", unreadable.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await _shell.RunAsync("test", "nowhere")).Code);
    }
}
