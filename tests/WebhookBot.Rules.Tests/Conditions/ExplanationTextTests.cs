using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>Explanations as a person reads them.</summary>
public class ExplanationTextTests
{
    [Fact]
    public void Writes_one_line_a_condition_with_the_value_seen_and_its_place()
    {
        var rules = TestRules.Set("""
            rules:
              r:
                on: github.push
                if:
                  ref: main
                  any: [{ a: 1 }, { b: 2, c: null }]
                  not: { facts.changed_files: x }
                unless: { d: "y*" }
                then: [say: { text: x }]
            """);

        var lines = ExplanationText.Lines(RuleMatcher.Match(rules, Events.Of("""{"ref":"main","b":2,"d":"z"}""")).Explain("r")!);

        Assert.Equal(
        [
            "? r cannot be decided",
            "  ✓ ref: main   saw \"main\"   rules/1.yml(5,7)",
            "  ✓ any of   rules/1.yml(6,7)",
            "    ✗ a: 1   because there is no a   rules/1.yml(6,15)",
            "    ✓ all of   rules/1.yml(6,23)",
            "      ✓ b: 2   saw 2   rules/1.yml(6,25)",
            "      ✓ c: null   because there is no c   rules/1.yml(6,31)",
            "  ? not   rules/1.yml(7,7)",
            "    ? facts.changed_files: x   because facts.changed_files was not fetched   rules/1.yml(7,14)",
            "  ✓ unless   rules/1.yml(8,13)",
            "    ✗ d: y*   saw \"z\"   rules/1.yml(8,15)",
        ], lines);
    }

    [Theory]
    [InlineData("{ all: [{ a: 1 }] }", "  ✓ a: 1   saw 1   rules/1.yml(1,38)")]
    [InlineData("{ any: [{ a: 1 }] }", "  ✓ a: 1   saw 1   rules/1.yml(1,38)")]
    public void Lets_one_part_stand_for_itself(string condition, string line)
    {
        var rules = TestRules.Set($"rules: {{ r: {{ on: '*', if: {condition}, then: [say: {{ text: x }}] }} }}");

        Assert.Equal(["✓ r matches", line], ExplanationText.Lines(RuleMatcher.Match(rules, Events.Of("""{"a":1}""")).Explain("r")!));
    }

    [Theory]
    [InlineData("plain é 日本 😀 ́", "plain é 日本 😀 ́")]
    [InlineData("\u001b[31m\r\n\t\u0007", @"\u001b[31m\u000d\u000a\u0009\u0007")]
    [InlineData("\u009b2J\u0085", @"\u009b2J\u0085")]
    [InlineData("\u202e\u2066\u200d\ufeff\u00ad", @"\u202e\u2066\u200d\ufeff\u00ad")]
    [InlineData("\u2028\u2029", @"\u2028\u2029")]
    [InlineData("\U000E0041", @"\U000e0041")]
    public void Writes_what_would_move_the_cursor_as_its_code(string text, string shown) => Assert.Equal(shown, ExplanationText.Harmless(text));

    // Attributes cannot hold half of a pair.
    [Fact]
    public void Writes_half_of_a_pair_of_surrogates_as_its_code() =>
        Assert.Equal(@"a\ud83db\ude00", ExplanationText.Harmless("a" + (char)0xD83D + "b" + (char)0xDE00));

    [Fact]
    public void Says_why_a_rule_was_not_looked_at()
    {
        var rules = TestRules.Set("""
            rules:
              looked: { on: alert.firing, if: { a: 1 }, then: [say: { text: x }] }
              other: { on: [github.release, "gitlab.*"], then: [say: { text: x }] }
              off: { on: github.push, mode: off, then: [say: { text: x }] }
            """);

        var passed = RulePassedOver.Of(rules, Events.Of("{}", aliases: ["alert.firing"]));

        Assert.Equal([("other", "other events: github.release, gitlab.*", "rules/1.yml(3,3)"), ("off", "off", "rules/1.yml(4,3)")], passed.Select(p => (p.Rule, p.Why, p.At.ToString())));
        Assert.Null(RuleMatcher.Match(rules, Events.Of("{}")).Explain("other"));
    }
}
