using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

public class RepeatedRulesTests
{
    private const string Say = "then: [say: { text: hello }]";

    [Theory]
    [InlineData("on: [github.push, github.release], " + Say, "on: [github.release, github.push], " + Say)]
    [InlineData("on: github.push, if: { ref: [a, b], forced: true }, " + Say, "on: github.push, if: { payload.forced: true, ref: [b, a] }, description: other, " + Say)]
    [InlineData("on: github.push, then: [say: { text: '{{ref}}' }]", "on: github.push, owner: '#dev', then: [{ say: { text: '{{ref}}' }, name: again, retry: 3 }]")]
    [InlineData("on: github.push, unless: { ref: 'a*' }, " + Say + ", else: [say: { text: no }]", "on: github.push, unless: { ref: 'a*' }, else: [say: { text: no }], " + Say)]
    [InlineData("on: github.push, if: { facts.details: x }, " + Say, "on: github.push, if: { facts.details: x }, " + Say)]
    [InlineData("on: github.push, then: [do.all: { title: x, names: [a], amount: 1 }]", "on: github.push, then: [do.all: { amount: 1, names: a, title: x }]")]
    public void Tells_of_a_rule_that_says_the_same_as_another(string one, string other) =>
        Assert.Equal([DiagnosticCode.DuplicateRule], ConflictRules.Codes(one, other));

    [Theory]
    [InlineData("on: github.push, " + Say, "on: github.push, if: { ref: x }, " + Say)]
    [InlineData("on: github.*, " + Say, "on: [github.push, github.release.*], " + Say)]
    [InlineData("on: github.push, if: { ref: x }, " + Say, "on: github.push, if: { ref: x, forced: true }, " + Say)]
    [InlineData("on: github.push, if: { ref: x }, " + Say, "on: github.push, then: [{ say: { text: hello }, when: { ref: x, forced: true } }]")]
    [InlineData("on: github.push, then: [say: { text: '{{ref}}' }, say: { text: hello }]", "on: github.push, " + Say)]
    [InlineData("on: '*', then: [github.label: { add: [a, b] }]", "on: github.issues.opened, if: { issue.state: open }, then: [github.label: { add: [a, b] }]")]
    public void Tells_of_a_step_that_another_rule_does_anyway(string wide, string narrow)
    {
        Assert.Equal([DiagnosticCode.RepeatedStep], ConflictRules.Codes(wide, narrow));
        Assert.Equal([DiagnosticCode.RepeatedStep], ConflictRules.Codes(narrow, wide));
    }

    [Theory]
    [InlineData("on: github.push, " + Say, "on: github.release, " + Say)]
    [InlineData("on: github.push, " + Say, "on: gitlab.push, " + Say)]
    [InlineData("on: github.*.opened, " + Say, "on: github.push.*, " + Say)]
    [InlineData("on: github.push, if: { ref: x }, " + Say, "on: github.push, if: { ref: y }, " + Say)]
    [InlineData("on: github.push, if: { ref: 'x' }, " + Say, "on: github.push, if: { ref: '*' }, " + Say)]
    [InlineData("on: github.push, if: { number: 7 }, " + Say, "on: github.push, if: { number: '7' }, " + Say)]
    [InlineData("on: github.push, if: { ref: [a, b] }, " + Say, "on: github.push, if: { ref: 'a, b' }, " + Say)]
    [InlineData("on: github.push, if: { repository.full_name: acme/a }, " + Say, "on: github.push, if: { repository.full_name: acme/b }, " + Say)]
    [InlineData("on: [github.push, github.release], if: { ref: x }, " + Say, "on: [github.push, github.issues.opened], if: { ref: x }, " + Say)]
    [InlineData("on: github.push, " + Say, "on: github.push, then: [say: { text: hello, url: x }]")]
    [InlineData("on: github.push, " + Say, "on: github.push, then: [say: { slack: hello }]")]
    [InlineData("on: github.push, then: [say: { text: '{{ref}}' }]", "on: github.push, if: { ref: x }, then: [say: { text: '{{ref}}' }]")]
    [InlineData("on: github.push, then: [say: { text: '{{rule}}' }]", "on: github.push, then: [say: { text: '{{rule}}' }]")]
    [InlineData("on: github.push, then: [do.all: { title: x, names: ['a,b'] }]", "on: github.push, then: [do.all: { title: x, names: [a, b] }]")]
    [InlineData("on: github.push, mode: shadow, " + Say, "on: github.push, " + Say)]
    [InlineData("on: github.push, mode: off, " + Say, "on: github.push, " + Say)]
    [InlineData("on: github.push, until: 2020-01-31, owner: '#dev', " + Say, "on: github.push, " + Say)]
    [InlineData("on: github.push, bots: true, " + Say, "on: github.push, " + Say)]
    [InlineData("on: github.push, throttle: { limit: 1, per: 1h }, " + Say, "on: github.push, " + Say)]
    [InlineData("on: github.push, wait: 1h, " + Say, "on: github.push, wait: 2h, " + Say)]
    [InlineData("on: github.push, if: { ref: x }, then: [say: { text: yes }], else: [say: { text: hello }]", "on: github.push, " + Say)]
    [InlineData("on: github.push, then: [{ say: { text: '{{ref}}' }, stop_on_failure: true }, say: { text: hello }]", "on: github.push, if: { ref: x }, " + Say)]
    [InlineData("on: [{ schedule: '0 9 * * *' }], " + Say, "on: [{ schedule: '0 9 * * *' }], " + Say)]
    [InlineData("on: github.push, if: { facts.details: x }, " + Say, "on: github.push, if: { facts.reviews: x }, " + Say)]
    public void Says_nothing_of_rules_that_do_not_do_the_same(string one, string other)
    {
        Assert.Empty(ConflictRules.Codes(one, other));
        Assert.Empty(ConflictRules.Codes(other, one));
    }

    [Fact]
    public void Tells_of_each_copy_once() => Assert.Equal(
        [DiagnosticCode.DuplicateRule, DiagnosticCode.DuplicateRule],
        ConflictRules.Codes($"on: github.push, {Say}", $"on: github.push, {Say}", $"on: github.push, {Say}"));

    [Fact]
    public void Leaves_rules_with_mistakes_out()
    {
        var told = TestRules.Compile(
            $"rules:\n  a: {{ on: github.push, {Say} }}\n  b: {{ on: github.push, if: {{ ref: {{ iss: x }} }}, {Say} }}\n",
            $"rules:\n  c: {{ on: github.push, {Say} }}\n").Diagnostics;
        Assert.Equal([DiagnosticCode.UnknownOperator, DiagnosticCode.DuplicateRule], told.Select(d => d.Code));
        Assert.Contains("the other is in rules/1.yml(2,3)", told[1].Message, StringComparison.Ordinal);
    }
}
