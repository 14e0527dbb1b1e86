using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Conditions;

/// <summary>Rules and payloads that are made to take long do not.</summary>
[Collection(nameof(CpuTime))]
public class BoundsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(?:.?){50}a.{2000}b")]
    [InlineData("(.*)*x(.*)*y")]
    [InlineData("([a-z]?){500}a{500}")]
    public void Bounds_a_regular_expression_over_many_long_texts(string pattern)
    {
        var text = new string('a', 20_000);
        var payload = JsonSerializer.Serialize(new { a = Enumerable.Repeat(text, 200) });
        var compilation = TestRules.Compile($"rules: {{ r: {{ on: '*', if: {{ a: {{ all: {{ not: {{ matches: {JsonSerializer.Serialize(pattern + "!")} }} }} }} }}, then: [say: {{ text: x }}] }} }}");
        if (compilation.RuleSet is not { } rules)
        {
            Assert.Equal(DiagnosticCode.BadPattern, Assert.Single(compilation.Diagnostics).Code);
            return;
        }

        Within(Bound, () => RuleMatcher.Match(rules, Events.Of(payload)));
    }

    [Theory]
    [InlineData("(a{1000}){1000}")]
    [InlineData("(?<=a)b")]
    [InlineData("(?!a)b")]
    [InlineData("(a)\\1")]
    [InlineData("[z-a]")]
    [InlineData("a**")]
    public void Refuses_a_pattern_that_cannot_be_linear(string pattern) => Within(Bound, () =>
        Assert.Equal(DiagnosticCode.BadPattern, Assert.Single(TestRules.Compile($"rules: {{ r: {{ on: '*', if: {{ a: {{ matches: {JsonSerializer.Serialize(pattern)} }} }}, then: [say: {{ text: x }}] }} }}").Diagnostics).Code));

    [Fact]
    public void Refuses_patterns_that_are_too_long()
    {
        Assert.Equal(DiagnosticCode.BadPattern, Assert.Single(TestRules.Compile($"rules: {{ r: {{ on: '*', if: {{ a: '{new string('*', 251)}' }}, then: [say: {{ text: x }}] }} }}").Diagnostics).Code);
        Assert.Equal(DiagnosticCode.BadPattern, Assert.Single(TestRules.Compile($"rules: {{ r: {{ on: '*', if: {{ a: {{ matches: {new string('a', 1_001)} }} }}, then: [say: {{ text: x }}] }} }}").Diagnostics).Code);
    }

    [Theory]
    [InlineData("*a*a*a*a*b")]
    [InlineData("**a**a**a**a**b")]
    [InlineData("**/**/**/**/b")]
    public void Bounds_stars_over_a_long_text(string pattern)
    {
        Within(Bound, () => Assert.Equal(Truth.False, TestRules.Verdict($"a: '{pattern}'", $$"""{"a":"{{new string('a', 64_000)}}"}""")));
        Within(Bound, () => Assert.Equal(Truth.Unknown, TestRules.Verdict($"a: '{pattern}'", $$"""{"a":"{{new string('a', 5_000_000)}}"}""")));
    }

    [Theory]
    [InlineData("a: x")]
    [InlineData("a: { all: ['a*', 'b*', { }] }")]
    [InlineData("a: { none: '*x*' }")]
    [InlineData("a: { count: { gt: 5 } }")]
    [InlineData("a: { matches: 'x$' }")]
    [InlineData("'a[99999]': x")]
    [InlineData("a.b.c: x")]
    public void Reads_an_array_of_100_000_elements(string condition)
    {
        condition = condition.Replace(", { }", "", StringComparison.Ordinal);
        var payload = $$"""{"a":[{{string.Join(',', Enumerable.Repeat("\"abcdef\"", 100_000))}}]}""";
        Within(Bound, () => TestRules.Verdict(condition, payload));
    }

    [Fact]
    public void Leaves_undecided_what_a_long_text_hides()
    {
        var payload = $$"""{"a":"{{new string('a', 70_000)}}z"}""";
        Assert.Equal(Truth.Unknown, TestRules.Verdict("a: { matches: z }", payload));
        Assert.Equal(Truth.True, TestRules.Verdict("a: { matches: '^a' }", payload));
        Assert.Equal(Truth.True, TestRules.Verdict("a: { ends_with: z }", payload));
    }

    [Fact]
    public void Explains_a_giant_value_in_a_short_line()
    {
        var rules = TestRules.When("a.b: x");
        var e = Events.Of($$"""{"a":[{"b":"{{new string('å', 1_000_000)}}"},{"b":["{{new string('b', 1_000_000)}}"]}]}""");
        var line = RuleMatcher.Match(rules, e).Explain(1)[0].Explanation.Seen!;
        Assert.InRange(line.Length, 100, 500);
        Assert.DoesNotContain('\uFFFD', line);
    }

    [Fact]
    public void Matches_1_000_rules_in_time()
    {
        var rules = TestRules.Set("rules:\n" + string.Concat(Enumerable.Range(0, 1_000).Select(i =>
            $"  r{i}: {{ on: '*', if: {{ l.x: {{ any: 'a{i}*' }}, a: {{ not: v{i} }} }}, then: [say: {{ text: x }}] }}\n")));
        var e = Events.Of($$"""{"a":"v","l":[{{string.Join(',', Enumerable.Repeat("""{"x":"some label"}""", 50))}}]}""");
        RuleMatcher.Match(rules, e);
        Within(TimeSpan.FromSeconds(1), () => RuleMatcher.Match(rules, e));
    }

    // The nastiest of each kind, none of which an index rules out. Three times over, so that one collection of garbage does not decide.
    [Theory]
    [InlineData("l.x: { all: { not: '*l*{0}*' } }")]
    [InlineData("l.x: ['**a**b{0}', '*e*e*{0}', 'some/*/{0}', x{0}]")]
    [InlineData("l.x: { none: { matches: 'lab[a-z]+ {0}$' } }")]
    [InlineData("any: [{ l.x: { contains: y{0} } }, { not: { l.x: { starts_with: so } } }, { l.y: { count: { gt: {0} } } }]")]
    [InlineData("body: { not: { contains: 'z{0}' } }, l: { count: { gt: 3 } }, 'l[49].x': '*{0}'")]
    public void Matches_1_000_rules_of_the_nastiest_kind_with_a_6_KB_event_in_time(string condition)
    {
        var rules = TestRules.Set("rules:\n" + string.Concat(Enumerable.Range(0, 1_000).Select(i =>
            $"  r{i}: {{ on: '*', if: {{ {condition.Replace("{0}", $"{i}", StringComparison.Ordinal)} }}, then: [say: {{ text: x }}] }}\n")));
        var e = Events.Of($$"""{"body":"{{new string('b', 4_000)}}","l":[{{string.Join(',', Enumerable.Repeat("""{"x":"some label of a thing"}""", 50))}}]}""");
        RuleMatcher.Match(rules, e);
        Within(TimeSpan.FromSeconds(3), () =>
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(1_000, RuleMatcher.Match(rules, e).CandidateCount);
            }
        });
    }

    private static void Within(TimeSpan bound, Action action)
    {
        var clock = CpuTime.Start();
        action();
        Assert.True(clock.Elapsed < bound, $"took {clock.Elapsed}");
    }
}
