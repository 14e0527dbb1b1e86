using CsCheck;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

/// <summary>What is told is held to what the rules do: random rules, and events that might show it to be wrong.</summary>
public class ConflictPropertyTests
{
    private static readonly Gen<string> Narrow = Gen.Select(RandomRules.Condition(1), RandomRules.Condition(1), Gen.Int[0, 2], Gen.Bool, (a, b, kind, isNot) => kind switch
    {
        0 => $"if: {{ {a} }}, unless: {{ {(isNot ? b : a)} }}",
        1 => $"if: {{ all: [{{ {a} }}, {{ {b} }}] }}",
        _ => $"if: {{ all: [{{ {a} }}, {{ {b} }}], not: {{ {(isNot ? a : b)} }} }}",
    });

    [Fact]
    public void A_rule_that_is_said_never_to_match_never_does()
    {
        var told = 0;
        Gen.Select(Narrow, RandomRules.Event.Array[30]).Sample((conditions, events) =>
        {
            var compilation = TestRules.Compile($"rules: {{ r: {{ on: '*', {conditions}, then: [say: {{ text: x }}] }} }}\n");
            if (compilation.RuleSet is not { } rules || !compilation.Diagnostics.Any(d => d.Code == DiagnosticCode.NeverMatches))
            {
                return;
            }

            Interlocked.Increment(ref told);
            Assert.All(events, e => Assert.NotEqual(Truth.True, rules.Rules[0].Condition.Evaluate(new EvaluationScope(e))));
        }, iter: 3_000);
        Assert.True(told > 100, $"{told} told");
    }

    [Fact]
    public void A_step_that_is_said_to_be_repeated_is_always_done_by_the_other_rule()
    {
        var told = 0;
        var rule = Gen.Select(RandomRules.Condition(1), RandomRules.Condition(0), (a, b) => (Wide: a, Narrow: $"all: [{{ {b} }}, {{ {a} }}]"));
        Gen.Select(rule, rule, RandomRules.Event.Array[30]).Sample((one, other, events) =>
        {
            var compilation = TestRules.Compile(
                $"rules:\n  a: {{ on: '*', if: {{ {one.Narrow} }}, then: [say: {{ text: x }}] }}\n  b: {{ on: '*', if: {{ {(other.Wide.Length % 2 == 0 ? one : other).Wide} }}, then: [say: {{ text: x }}] }}\n");
            if (compilation.RuleSet is not { } rules || !compilation.Diagnostics.Any(d => d is { Code: DiagnosticCode.RepeatedStep, Position.Line: 2 }))
            {
                return;
            }

            Interlocked.Increment(ref told);
            var (narrow, wide) = (rules.Rules[0].Condition, rules.Rules[1].Condition);
            Assert.All(events, e => Assert.True(
                narrow.Evaluate(new EvaluationScope(e)) != Truth.True || wide.Evaluate(new EvaluationScope(e)) == Truth.True));
        }, iter: 2_000);
        Assert.True(told > 100, $"{told} told");
    }
}
