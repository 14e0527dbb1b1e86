using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Rules.Tests.Testing;

/// <summary>What a failed rule test says: argument by argument, and where long texts part.</summary>
public class DifferenceTests
{
    private const string Rules = """
        rules:
          announce:
            on: github.push
            then:
              - do.all: { title: "{{title}}", names: [a, b], inputs: { n: 1, t: "{{title}}" } }
              - say: { text: "{{title}}" }
          switched-off: { on: github.push, mode: off, then: [say: { text: x }] }
        """;

    [Fact]
    public void Names_the_argument_down_to_the_place_in_it()
    {
        var said = Run("[{ do.all: { names: [a, c], inputs: { n: 1, u: x } } }, say: {}]", "T");

        Assert.Equal(
        [
            "announce: do.all: names[1]", "    expected  \"c\"", "    planned   \"b\"",
            "announce: do.all: inputs.u", "    expected  \"x\"", "    planned   nothing",
            "announce: do.all: inputs.t", "    expected  nothing", "    planned   \"T\"",
        ], said);
    }

    [Fact]
    public void Marks_where_long_texts_part()
    {
        var same = new string('x', 200) + "\n\U0001F525é";
        var said = Run($"[{{ do.all: {{}} }}, {{ say: {{ text: {Quote(same + "one" + new string('y', 200))} }} }}]", same + "two");

        Assert.Equal(3, said.Count);
        Assert.Equal("announce: say: text   they differ from character 204 on, marked »", said[0]);
        Assert.Matches("^    expected  …x{27}\\\\n\U0001F525é»oney+…$", said[1]);
        Assert.Matches("^    planned   …x{27}\\\\n\U0001F525é»two\"$", said[2]);
    }

    [Fact]
    public void Writes_a_long_text_that_begins_otherwise_from_its_beginning()
    {
        var said = Run($"[{{ do.all: {{}} }}, {{ say: {{ text: {new string('y', 100)} }} }}]", "x");

        Assert.Equal("announce: say: text   they differ from character 1 on, marked »", said[0]);
        Assert.StartsWith("    expected  \"»yyy", said[1], StringComparison.Ordinal);
        Assert.Equal("    planned   \"»x\"", said[2]);
    }

    [Fact]
    public void Puts_other_actions_side_by_side()
    {
        var said = Run("[{ say: {} }]", "T");

        Assert.Equal("announce: expected say, but it plans do.all, say", said[0]);
        Assert.StartsWith("    1. expected  say      planned  do.all {\"title\":\"T\"", said[1], StringComparison.Ordinal);
        Assert.Equal("    2. expected  nothing  planned  say {\"text\":\"T\"}", said[2]);
        Assert.Equal("    ✓ announce matches", said[3]);
    }

    [Fact]
    public void Lets_nothing_of_a_payload_at_the_terminal()
    {
        var said = Run("[{ do.all: { title: \"\\e[31m\" } }, say: {}]", "\u001b[2J\u202e\u009b");

        Assert.DoesNotContain(string.Concat(said), c => char.IsControl(c) || c == '\u202e');
        Assert.Contains(@"    planned   ""\u001b[2J\u202e\u009b""", said, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Says_that_a_rule_is_off() =>
        Assert.Contains("    it is not looked at for github.push; off", RunAll("switched-off: [{ say: {} }]", "T", Rules));

    [Fact]
    public void Explains_a_rule_beyond_those_that_a_plan_explains()
    {
        var many = "rules:\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"  r{i}: {{ on: github.push, if: {{ title: {(i == 299 ? "other" : "T")} }}, then: [say: {{ text: x }}] }}\n"));

        var said = RunAll("r299: [{ say: {} }]\n      r298: no match", "T", many);

        Assert.Contains(said, l => l.StartsWith("    ✗ r299 does not match", StringComparison.Ordinal));
        Assert.Contains(said, l => l.Contains("title: other   saw \"T\"", StringComparison.Ordinal));
        Assert.Contains(said, l => l.StartsWith("r298: expected no match, but it plans say", StringComparison.Ordinal));
        Assert.DoesNotContain(said, l => l.Contains("not looked at", StringComparison.Ordinal));
    }

    private static List<string> Run(string actions, string title) => RunAll($"announce: {actions}", title, Rules);

    private static List<string> RunAll(string expectations, string title, string rules)
    {
        var set = TestRules.Set(rules);
        var reader = new RuleTestReader(set, TestRules.Vocabulary, (_, _) => null);
        var tests = reader.Read(new RuleFile("t.yml", $"tests:\n  t:\n    event: {{ name: github.push, payload: {{ title: {Quote(title)} }} }}\n    expect:\n      {expectations}\n"));
        Assert.Empty(reader.Diagnostics);
        var runner = new RuleTestRunner(set, t => Events.Of(Encoding.UTF8.GetString(t.Payload), t.Name, t.At));
        return [.. runner.Run(Assert.Single(tests)).Failures];
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
