using CsCheck;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>What cannot be decided is unknown, and stays so through every combination, unless the rest decides.</summary>
public class UnknownTests
{
    private const string Unknown = "facts.reviews: x";

    [Theory]
    [InlineData("facts.changed_files: 'd/*'", Truth.True)]
    [InlineData("facts.changed_files: 'x/*'", Truth.Unknown)]
    [InlineData("facts.changed_files: { all: 'd/*' }", Truth.Unknown)]
    [InlineData("facts.changed_files: { all: 'x/*' }", Truth.False)]
    [InlineData("facts.changed_files: { none: 'd/*' }", Truth.False)]
    [InlineData("facts.changed_files: { none: 'x/*' }", Truth.Unknown)]
    [InlineData("facts.changed_files: { any: 'd/*' }", Truth.True)]
    [InlineData("facts.changed_files: { not: 'd/*' }", Truth.False)]
    [InlineData("facts.changed_files: { not: 'x/*' }", Truth.Unknown)]
    [InlineData("facts.changed_files: { contains: 'd/1' }", Truth.True)]
    [InlineData("facts.changed_files: { contains: 'x' }", Truth.Unknown)]
    [InlineData("facts.changed_files: null", Truth.False)]
    [InlineData("facts.changed_files: { exists: true }", Truth.True)]
    [InlineData("facts.changed_files: { count: 2 }", Truth.Unknown)]
    [InlineData("facts.changed_files: { count: { gt: 1 } }", Truth.True)]
    [InlineData("facts.changed_files: { count: { gte: 3 } }", Truth.Unknown)]
    [InlineData("facts.changed_files: { count: { lt: 2 } }", Truth.False)]
    [InlineData("facts.changed_files: { count: { lt: 5 } }", Truth.Unknown)]
    [InlineData("facts.changed_files: { count: { gt: 1, lt: 5 } }", Truth.Unknown)]
    [InlineData("'facts.changed_files[0]': 'd/1'", Truth.True)]
    [InlineData("'facts.changed_files[9]': 'd/1'", Truth.Unknown)]
    [InlineData("'facts.changed_files[9]': null", Truth.Unknown)]
    [InlineData("facts.changed_files.name: null", Truth.Unknown)]
    public void Decides_what_the_part_at_hand_of_a_truncated_fact_decides(string condition, Truth expected) =>
        Assert.Equal(expected, TestRules.Verdict(condition, "{}", ("changed_files", Events.Truncated("""["d/1","d/2"]"""))));

    [Theory]
    [InlineData("facts.reviews: x")]
    [InlineData("facts.reviews: { not: x }")]
    [InlineData("facts.reviews: null")]
    [InlineData("facts.reviews: { exists: false }")]
    [InlineData("facts.reviews: { all: x }")]
    [InlineData("facts.reviews: { none: x }")]
    [InlineData("facts.reviews: { count: { gt: 1 } }")]
    [InlineData("facts.reviews.state: { matches: x }")]
    [InlineData("facts.reviews: { older_than: 1h }")]
    [InlineData("facts.reviews: [a, null]")]
    public void Is_unknown_without_the_fact(string condition)
    {
        Assert.Equal(Truth.Unknown, TestRules.Verdict(condition, "{}"));
        Assert.Equal(Truth.Unknown, TestRules.Verdict(condition, "{}", ("reviews", FactValue.Unavailable("no right to read"))));
        Assert.Equal(Truth.Unknown, TestRules.Verdict(condition, "{}", ("reviews", FactValue.Unreachable("timeout"))));
    }

    [Theory]
    [InlineData($"{Unknown}, a: 1", Truth.Unknown)]
    [InlineData($"{Unknown}, a: 2", Truth.False)]
    [InlineData($"a: 2, {Unknown}", Truth.False)]
    [InlineData($"any: [{{ {Unknown} }}, {{ a: 1 }}]", Truth.True)]
    [InlineData($"any: [{{ {Unknown} }}, {{ a: 2 }}]", Truth.Unknown)]
    [InlineData($"all: [{{ {Unknown} }}, {{ a: 1 }}]", Truth.Unknown)]
    [InlineData($"all: [{{ a: 2 }}, {{ {Unknown} }}]", Truth.False)]
    [InlineData($"not: {{ {Unknown} }}", Truth.Unknown)]
    [InlineData($"not: {{ {Unknown}, a: 2 }}", Truth.True)]
    [InlineData($"not: {{ any: [{{ {Unknown} }}, {{ a: 1 }}] }}", Truth.False)]
    public void Combines_as_kleene_does(string condition, Truth expected) =>
        Assert.Equal(expected, TestRules.Verdict(condition, """{"a":1}"""));

    [Fact]
    public void Unless_is_the_opposite_and_unknown_stays_unknown()
    {
        static Truth Of(string unless) => TestRules.Evaluate(
            TestRules.Set($"rules: {{ r: {{ on: '*', unless: {{ {unless} }}, then: [say: {{ text: x }}] }} }}"), Events.Of("""{"a":1}"""));
        Assert.Equal(Truth.False, Of("a: 1"));
        Assert.Equal(Truth.True, Of("a: 2"));
        Assert.Equal(Truth.Unknown, Of(Unknown));
        Assert.Equal(Truth.True, Of($"a: 2, {Unknown}"));
    }

    [Fact]
    public void Double_negation_changes_nothing() =>
        Gen.Select(RandomRules.Condition(2), RandomRules.Event).Sample((condition, e) =>
        {
            var twice = TestRules.When($"not: {{ not: {{ {condition} }} }}");
            Assert.Equal(TestRules.Evaluate(TestRules.When(condition), e), TestRules.Evaluate(twice, e));
        }, iter: 2_000);

    [Fact]
    public void Explains_what_is_unknown()
    {
        var rules = TestRules.When("facts.changed_files: x");
        var explanation = rules.Rules[0].Condition.Explain(new EvaluationScope(Events.Of("{}", facts: ("changed_files", Events.Truncated("[\"a\"]")))));
        Assert.Equal("""["a"]""", explanation.Seen);
        Assert.Contains("truncated", explanation.Because, StringComparison.Ordinal);
        Assert.Equal("rules/1.yml(4,11)", explanation.At);
    }
}
