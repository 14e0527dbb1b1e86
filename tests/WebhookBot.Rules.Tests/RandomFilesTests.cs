using System.Text.Json;
using CsCheck;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests;

/// <summary>What holds for any rule file and any event.</summary>
[Collection(nameof(CpuTime))]
public class RandomFilesTests
{
    [Fact]
    public void Decides_plans_and_explains_any_event_without_an_exception_and_always_alike()
    {
        var (actions, matched) = (0, 0);
        Gen.Select(RandomFiles.Valid, RandomFiles.Event.Array[10]).Sample((text, events) =>
        {
            var (rules, again) = (TestRules.Set(text), TestRules.Set(text));
            foreach (var e in events)
            {
                var plan = TestRules.Plan(rules, e);
                Assert.Equal(JsonSerializer.Serialize(plan), JsonSerializer.Serialize(TestRules.Plan(again, e)));
                Assert.Equal(plan.Actions.Count, plan.Actions.Select(a => a.Key).Distinct().Count());
                Assert.All(plan.Rules.SelectMany(ExplanationText.Lines), line => Assert.DoesNotContain(line, char.IsControl));
                Assert.Equal(JsonSerializer.Serialize(Planner.Needs(RuleMatcher.Match(rules, e)).Marks), JsonSerializer.Serialize(Planner.Needs(RuleMatcher.Match(again, e)).Marks));
                Assert.All(RulePassedOver.Of(rules, e), r => Assert.NotEmpty(r.Why));
                Interlocked.Add(ref actions, plan.Actions.Count);
                Interlocked.Add(ref matched, plan.Rules.Count(r => r.Matched == Truth.True));
            }
        }, iter: 300, print: p => p.Item1);
        Assert.True(actions > 600 && matched > 300, $"{actions} actions, {matched} matches");
    }

    [Fact]
    public void Evaluates_as_it_explains()
    {
        var truths = new int[3];
        Gen.Select(RandomRules.Condition(3), RandomFiles.Event).Sample((condition, e) =>
            Interlocked.Increment(ref truths[(int)TestRules.Evaluate(TestRules.When(condition), e with { Actor = null })]), iter: 2_000);
        Assert.All(truths, count => Assert.True(count > 80, string.Join(' ', truths)));
    }

    [Fact]
    public void Follows_de_morgan_also_where_something_is_unknown()
    {
        Gen.Select(RandomRules.Condition(1), RandomRules.Condition(2), RandomFiles.Event).Sample((a, b, e) =>
        {
            Truth Of(string condition) => TestRules.Evaluate(TestRules.When(condition), e with { Actor = null });
            Assert.Equal(Of($"not: {{ any: [{{ {a} }}, {{ {b} }}] }}"), Of($"all: [{{ not: {{ {a} }} }}, {{ not: {{ {b} }} }}]"));
            Assert.Equal(Of($"not: {{ all: [{{ {a} }}, {{ {b} }}] }}"), Of($"any: [{{ not: {{ {a} }} }}, {{ not: {{ {b} }} }}]"));
        }, iter: 1_000);
    }

    [Fact]
    public void Compiles_any_mutated_file_to_rules_or_diagnostics_in_time()
    {
        var (good, bad) = (0, 0);
        RandomFiles.Mutated.Sample(text =>
        {
            var clock = CpuTime.Start();
            var compilation = TestRules.Compile(text);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"took {clock.Elapsed}");
            Assert.Equal(compilation.RuleSet is null, compilation.Diagnostics.Any(d => d.Severity == Severity.Error));
            Assert.All(compilation.Diagnostics, d => Assert.True(d.Position is { Line: > 0, Column: > 0 } && !d.ToString().Any(char.IsControl), d.ToString()));
            if (compilation.RuleSet is { } rules)
            {
                Interlocked.Increment(ref good);
                _ = JsonSerializer.Serialize(TestRules.Plan(rules, Events.Of("""{"x":"a","l":["a"]}""", "s.p")));
            }
            else
            {
                Interlocked.Increment(ref bad);
            }
        }, iter: 3_000, threads: 1);
        Assert.True(good > 80 && bad > 1_500, $"{good} compiled, {bad} did not");
    }
}
