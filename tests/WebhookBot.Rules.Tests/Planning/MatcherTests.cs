using CsCheck;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Planning;

/// <summary>Triggers, the index, and which facts are asked for.</summary>
public class MatcherTests
{
    [Theory]
    [InlineData("github.push", "github.push", true)]
    [InlineData("github.push", "github.push.x", false)]
    [InlineData("github.pull_request", "github.pull_request.opened", false)]
    [InlineData("github.pull", "github.pull_request", false)]
    [InlineData("*", "github.push", true)]
    [InlineData("*", "a.b.c.d", true)]
    [InlineData("github.*", "github.push", true)]
    [InlineData("github.*", "github.pull_request.opened", true)]
    [InlineData("github.*", "github", false)]
    [InlineData("github.*", "githubx.push", false)]
    [InlineData("github.*.opened", "github.issues.opened", true)]
    [InlineData("github.*.opened", "github.issues.closed", false)]
    [InlineData("github.*.opened", "github.a.b.opened", false)]
    [InlineData("*.firing", "alertmanager.firing", true)]
    [InlineData("*.firing", "alertmanager.resolved", false)]
    [InlineData("*.*", "github.push", true)]
    [InlineData("a.*.*", "a.b", false)]
    public void Fires_for_the_events_its_pattern_names(string on, string name, bool fires)
    {
        var rules = TestRules.Set($"rules: {{ r: {{ on: '{on}', then: [say: {{ text: x }}] }} }}");
        Assert.Equal(fires ? 1 : 0, RuleMatcher.Match(rules, Events.Of("{}", name)).CandidateCount);
    }

    [Fact]
    public void Answers_to_an_alias_once()
    {
        var rules = TestRules.Set("rules: { r: { on: [alertmanager.firing, alert.firing, '*'], then: [say: { text: x }] } }");
        Assert.Single(RuleMatcher.Match(rules, Events.Of("{}", "alertmanager.firing", aliases: ["alert.firing"])).Matches);
        var alias = TestRules.Set("rules: { r: { on: alert.firing, then: [say: { text: x }] } }");
        Assert.Single(RuleMatcher.Match(alias, Events.Of("{}", "alertmanager.firing", aliases: ["alert.firing"])).Matches);
    }

    [Fact]
    public void Keeps_a_name_with_a_space_apart_from_a_name_with_an_alias()
    {
        var rules = TestRules.Set("rules: { r: { on: alert.firing, then: [say: { text: x }] } }");
        Assert.Empty(RuleMatcher.Match(rules, Events.Of("{}", "a.b alert.firing")).Matches);
        Assert.Single(RuleMatcher.Match(rules, Events.Of("{}", "a.b", aliases: ["alert.firing"])).Matches);
    }

    [Fact]
    public void Does_not_look_at_a_rule_that_is_off()
    {
        var rules = TestRules.Set("rules: { r: { on: '*', mode: off, then: [say: { text: x }] } }");
        Assert.Equal(0, RuleMatcher.Match(rules, Events.Of("{}")).CandidateCount);
    }

    [Theory]
    [InlineData("if: { draft: false, facts.changed_files: x }, then: [say: { text: x }]", true)]
    [InlineData("if: { facts.changed_files: x, draft: true }, then: [say: { text: x }]", false)]
    [InlineData("if: { draft: true, facts.changed_files: x }, then: [say: { text: x }]", false)]
    [InlineData("if: { state: closed, facts.changed_files: x }, then: [say: { text: x }]", false)]
    [InlineData("if: { any: [{ facts.changed_files: x }, { draft: false }] }, then: [say: { text: x }]", false)]
    [InlineData("unless: { facts.changed_files: x, draft: true }, then: [say: { text: x }]", false)]
    [InlineData("unless: { facts.changed_files: x }, then: [say: { text: x }]", true)]
    [InlineData("if: { draft: false }, then: [say: { text: '{{facts.changed_files}}' }]", true)]
    [InlineData("if: { draft: true }, then: [say: { text: '{{facts.changed_files}}' }]", false)]
    [InlineData("if: { draft: true }, then: [say: { text: x }], else: [say: { text: '{{facts.changed_files}}' }]", true)]
    [InlineData("if: { draft: false }, then: [say: { text: x }], else: [say: { text: '{{facts.changed_files}}' }]", false)]
    [InlineData("if: { facts.changed_files: x, draft: false }, mode: off, then: [say: { text: x }]", false)]
    [InlineData("if: { facts.changed_files: x, draft: false }, mode: shadow, then: [say: { text: x }]", true)]
    public void Wants_a_fact_only_where_it_decides_or_is_written(string rule, bool wanted)
    {
        var rules = TestRules.Set($"rules: {{ r: {{ on: '*', {rule} }} }}");
        var result = RuleMatcher.Match(rules, Events.Of("""{"draft":false,"state":"open"}"""));
        Assert.Equal(wanted ? ["changed_files"] : [], result.FactsWanted);
    }

    [Fact]
    public void Wants_no_fact_that_it_has_whatever_it_says()
    {
        var rules = TestRules.Set("rules: { r: { on: '*', if: { facts.changed_files: x }, then: [say: { text: '{{facts.changed_files}}' }] } }");
        foreach (var fact in new[] { Events.Known("[\"x\"]"), Events.Truncated("[]"), FactValue.Unreachable("later"), FactValue.Unavailable("no") })
        {
            Assert.Empty(RuleMatcher.Match(rules, Events.Of("{}", facts: ("changed_files", fact))).FactsWanted);
        }
    }

    [Fact]
    public void Agrees_with_asking_every_rule()
    {
        var pairs = 0;
        Gen.Select(RandomRules.Rule.Array[1, 12], RandomRules.Event.Array[50]).Sample((lines, events) =>
        {
            var rules = TestRules.Set("rules:\n" + string.Concat(lines.Select((line, i) => $"  r{i}: {line}\n")));
            foreach (var e in events)
            {
                Agrees(rules, e);
                Interlocked.Increment(ref pairs);
            }
        }, iter: 2_000, print: p => string.Join('\n', p.Item1));
        Assert.True(pairs >= 100_000);
    }

    private static void Agrees(RuleSet rules, WebhookEvent e)
    {
        var result = RuleMatcher.Match(rules, e);
        var found = result.Matches.ToDictionary(m => m.Rule.Name, m => m.Truth);
        var fitting = 0;
        foreach (var rule in rules.Rules)
        {
            var fits = rule.Mode != RuleMode.Off && rule.Triggers.Any(t => t.Fits(e.Name) || e.Aliases.Any(t.Fits));
            fitting += fits ? 1 : 0;
            var expected = fits ? rule.Condition.Evaluate(new EvaluationScope(e)) : Truth.False;
            var seen = found.GetValueOrDefault(rule.Name, Truth.False);
            Assert.True(expected == seen, $"{rule.Name}: {expected}, but the index says {seen}: {e.Name} {e.Payload}");
            Assert.True(fits || !found.ContainsKey(rule.Name), $"{rule.Name} does not fit {e.Name}");
            Assert.True(!fits || rule.Else.Count == 0 || found.ContainsKey(rule.Name), $"{rule.Name} has an else and was not asked");
        }

        Assert.Equal(fitting, result.CandidateCount);
        Assert.Equal(result.Matches.Select(m => m.Rule.Ordinal).Order(), result.Matches.Select(m => m.Rule.Ordinal));
    }
}
