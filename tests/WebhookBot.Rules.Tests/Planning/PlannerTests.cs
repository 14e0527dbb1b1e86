using System.Text.Json;
using CsCheck;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Planning;

/// <summary>What a plan holds: keys, order, arguments, problems, facts and the note.</summary>
public class PlannerTests
{
    private const string Rules = """
        rules:
          one:
            on: "*"
            if: { a: 1 }
            then:
              - say: { text: "{{a}}" }
              - say: { text: again }
            else:
              - say: { text: else }
          two:
            on: "*"
            mode: shadow
            then: [say: { text: two }]
        """;

    [Fact]
    public void Gives_every_step_of_every_rule_branch_and_delivery_a_key_of_its_own()
    {
        var rules = TestRules.Set(Rules);
        var events = new[] { Events.Of("""{"a":1}"""), Events.Of("""{"a":2}"""), Events.Of("""{"a":1}""") with { DeliveryId = "d-2" } };
        var keys = events.SelectMany(e => TestRules.Plan(rules, e).Actions.Where(a => a.Rule == "one").Select(a => a.Key)).ToList();
        Assert.Equal(5, keys.Count);
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.All(keys, k => Assert.Matches("^[0-9a-f]{32}$", k));
    }

    [Fact]
    public void Keeps_keys_whatever_else_changes()
    {
        var plan = TestRules.Plan(TestRules.Set(Rules), Events.Of("""{"a":1}"""));
        var later = TestRules.Plan(TestRules.Set(Rules.Replace("text: again", "text: changed", StringComparison.Ordinal)), Events.Of("""{"a":1,"b":2}"""));
        Assert.Equal(plan.Actions.Select(a => a.Key), later.Actions.Select(a => a.Key));
        Assert.NotEqual(IdempotencyKey.For("d", "r", "then", 1), IdempotencyKey.For("d", "r", "then", 11));
    }

    [Fact]
    public void Is_the_same_to_the_byte_for_the_same_inputs() =>
        Gen.Select(RandomRules.Rule.Array[1, 5], RandomRules.Event).Sample((lines, e) =>
        {
            var text = "rules:\n" + string.Concat(lines.Select((line, i) => $"  r{i}: {line}\n"));
            Assert.Equal(
                JsonSerializer.Serialize(TestRules.Plan(TestRules.Set(text), e)),
                JsonSerializer.Serialize(TestRules.Plan(TestRules.Set(text), e)));
        }, iter: 300);

    [Fact]
    public void Plans_in_order_and_marks_shadows()
    {
        var plan = TestRules.Plan(TestRules.Set(Rules), Events.Of("""{"a":1}"""));
        Assert.Equal(["1", "again", "two"], plan.Actions.Select(a => a.Arguments.GetProperty("text").GetString()));
        Assert.Equal([false, false, true], plan.Actions.Select(a => a.IsShadow));
        Assert.Equal(TestRules.Set(Rules).Hash, plan.RuleSet);
        Assert.Null(plan.Note);
        Assert.Null(plan.Facts);
    }

    [Fact]
    public void Plans_else_when_the_condition_does_not_hold_and_nothing_when_it_is_unknown()
    {
        var rules = TestRules.Set("rules: { r: { on: '*', if: { facts.reviews: x }, then: [say: { text: yes }], else: [say: { text: no }] } }");
        string?[] Texts(FactValue fact) => [.. TestRules.Plan(rules, Events.Of("{}", facts: ("reviews", fact))).Actions.Select(a => a.Arguments.GetProperty("text").GetString())];
        Assert.Equal(["yes"], Texts(Events.Known("\"x\"")));
        Assert.Equal(["no"], Texts(Events.Known("\"y\"")));
        Assert.Empty(Texts(FactValue.Unavailable("no right")));
    }

    [Fact]
    public void Renders_arguments_as_their_declared_types()
    {
        var action = TestRules.PlanStep(
            "do.all: { title: 42, names: '{{x}}', amount: '{{n}}', loud: true, inputs: { a: 1, b: '{{x}}' }, blocks: [{ n: 1.5, t: '{{x}}', z: null, f: false }], state: open }",
            """{"x":"<v>","n":7}""");
        Assert.Null(action.Problem);
        Assert.Equal(
            """{"title":"42","names":["<v>"],"amount":7,"loud":true,"inputs":{"a":"1","b":"<v>"},"blocks":[{"n":1.5,"t":"&lt;v&gt;","z":null,"f":false}],"state":"open"}""",
            action.Arguments.GetRawText());
    }

    [Theory]
    [InlineData("do.all: { title: x, amount: '{{n}}' }", "whole number")]
    [InlineData("do.all: { title: '{{facts.reviews}}' }", "facts.reviews")]
    [InlineData("say: { text: '{{#each l}}{{this}}{{/each}}' }", "cannot be rendered")]
    public void Tells_a_problem_with_the_action_and_goes_on(string step, string words)
    {
        var action = TestRules.PlanStep(step, JsonSerializer.Serialize(new { n = "many", l = Enumerable.Range(0, 20_000) }));
        Assert.NotNull(action.Problem);
        Assert.Contains(words, action.Problem, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, action.Arguments.ValueKind);
    }

    [Fact]
    public void Describes_the_facts_it_was_decided_with()
    {
        var plan = TestRules.Plan(TestRules.Set(Rules), Events.Of("{}", facts:
        [
            ("changed_files", Events.Truncated("""["<a>"]""")), ("reviews", FactValue.Unreachable("timeout")), ("details", Events.Known(new string('[', 64) + new string(']', 64))),
        ]));
        Assert.Equal("""{"value":["<a>"],"truncated":true}""", plan.Facts?.GetProperty("changed_files").GetRawText());
        Assert.Equal("""{"problem":"timeout"}""", plan.Facts?.GetProperty("reviews").GetRawText());
    }

    [Fact]
    public void Notes_the_rules_it_does_not_explain()
    {
        var rules = TestRules.Set("rules:\n" + string.Concat(Enumerable.Range(0, 250).Select(i => $"  r{i}: {{ on: '*', if: {{ a: 'v{i}' }}, then: [say: {{ text: x }}] }}\n")));
        var plan = TestRules.Plan(rules, Events.Of("""{"a":"v240"}"""));
        Assert.Equal(200, plan.Rules.Count);
        Assert.Contains(plan.Rules, r => r.Rule == "r240" && r.Matched == Truth.True);
        Assert.StartsWith("50 more rules", plan.Note, StringComparison.Ordinal);
        Assert.Single(plan.Actions);
        Assert.Equal("a: v0", plan.Rules[0].Explanation.Condition);
    }
}
