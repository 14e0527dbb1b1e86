using System.Text;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Rules.Tests.Testing;

/// <summary>What tests have exercised: rules, branches, and each direct entry of if and unless both ways.</summary>
public class RuleCoverageTests
{
    private const string Rules = """
        rules:
          both:
            on: github.push
            if: { ref: main, any: [{ a: 1 }, { b: 1 }] }
            unless: { deleted: true, facts.changed_files: { any: x } }
            then: [say: { text: then }]
            else: [say: { text: else }]
          only-else: { on: github.push, if: { ref: dev }, else: [say: { text: else }] }
          never: { on: github.release, then: [say: { text: x }] }
          off: { on: github.push, mode: off, if: { ref: main }, then: [say: { text: x }] }
        """;

    [Fact]
    public void Has_exercised_nothing_before_a_test_ran()
    {
        var coverage = Run();

        // Two branches and four entries, one and one, one; the rule that is off counts for nothing.
        Assert.Equal((0, 10 + 3 + 1, 0), (coverage.Covered, coverage.Total, coverage.Percent));
        Assert.Equal(["both", "only-else", "never"], coverage.Rules.Select(r => r.Rule.Name));
        Assert.Equal(["ref: main", "any of", "deleted: true", "facts.changed_files: { any: x }"], coverage.Rules.First().Conditions.Select(c => c.Words));
    }

    [Fact]
    public void Counts_conditions_that_others_have_decided_for()
    {
        var both = Run("payload: { ref: dev, a: 1, deleted: true }").Rules.First();

        Assert.Equal((0, 1, false, true), (both.Matched, both.NotMatched, both.Then, both.Else));
        Assert.Equal([(false, true), (true, false), (true, false), (false, false)], both.Conditions.Select(c => (c.Held, c.Failed)));
    }

    [Fact]
    public void Adds_up_over_tests_and_reaches_all()
    {
        var coverage = Run(
            "payload: { ref: main, a: 1, deleted: false }|facts: { changed_files: [y] }",
            "payload: { ref: dev, a: 2, deleted: true }|facts: { changed_files: [x] }");

        Assert.Equal((13, 14, 92), (coverage.Covered, coverage.Total, coverage.Percent));
        var never = Assert.Single(coverage.Rules, r => r.Matched == 0);
        Assert.Equal(("never", false, null), (never.Rule.Name, never.Then, never.Else));
        Assert.All(coverage.Rules.SelectMany(r => r.Conditions), c => Assert.True(c is { Held: true, Failed: true }, c.Words));
    }

    [Fact]
    public void Counts_what_cannot_be_decided_as_neither()
    {
        var both = Run("payload: { ref: main, a: 1, deleted: true }").Rules.First();

        Assert.Equal((0, 0), (both.Matched, both.NotMatched));
        Assert.Equal((false, false), (both.Conditions[3].Held, both.Conditions[3].Failed));
    }

    [Fact]
    public void Counts_rules_that_an_equality_rules_out()
    {
        var set = TestRules.Set("rules: { r: { on: '*', if: { ref: main, draft: false }, then: [say: { text: x }] } }");
        var rule = Assert.Single(Run(set, "payload: { ref: dev, draft: false }").Rules);

        Assert.Equal([(false, true), (true, false)], rule.Conditions.Select(c => (c.Held, c.Failed)));
        Assert.Equal(1, rule.NotMatched);
    }

    [Fact]
    public void Is_complete_when_there_is_nothing_to_exercise() => Assert.Equal(100, Run(RuleSet.Empty).Percent);

    private static RuleCoverage Run(params string[] tests) => Run(TestRules.Set(Rules), tests);

    private static RuleCoverage Run(RuleSet set, params string[] tests)
    {
        var reader = new RuleTestReader(set, TestRules.Vocabulary, (_, _) => null);
        var text = string.Concat(tests.Select((t, i) => $"  t{i}:\n    event: {{ name: github.push, {t.Split('|')[0]} }}\n{string.Concat(t.Split('|').Skip(1).Select(l => $"    {l}\n"))}    expect: {{}}\n"));
        var read = reader.Read(new RuleFile("t.yml", tests.Length == 0 ? "tests: {}" : "tests:\n" + text));
        Assert.Empty(reader.Diagnostics);
        var runner = new RuleTestRunner(set, t => Events.Of(Encoding.UTF8.GetString(t.Payload), t.Name, t.At));
        Assert.All(read, t => Assert.True(runner.Run(t).Passed));
        return runner.Coverage;
    }
}
