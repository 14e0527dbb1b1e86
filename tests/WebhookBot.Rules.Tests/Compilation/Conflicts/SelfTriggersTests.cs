using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

public class SelfTriggersTests
{
    private const string Bots = "bots: true, ";

    [Theory]
    [InlineData("on: github.issues.labeled, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.*, then: [github.label: { add: ['{{number}}', x] }]")]
    [InlineData("on: github.issues.unlabeled, then: [github.label: { remove: x }]")]
    [InlineData("on: '*', then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, if: { issue.user.login: x, repository.full_name: { not: acme/a } }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, if: { label.name: x }, then: [say: { text: x }], else: [github.comment: { body: x }, { github.label: { add: x }, when: { repository.name: x } }]", false)]
    [InlineData("on: github.issue_comment.created, wait: 1h, still: { issue.user.login: x }, then: [github.comment: { body: hi }]")]
    [InlineData("on: github.repository_dispatch.again, then: [github.dispatch: { event_type: again }]")]
    [InlineData("on: github.repository_dispatch.*, then: [github.dispatch: { event_type: again, repository: acme/other }]")]
    [InlineData("on: github.workflow_run.*, if: { any: [{ workflow_run.name: x }, { repository.name: y }] }, then: [github.dispatch: { workflow: x.yml }]")]
    public void Tells_of_a_rule_that_its_own_action_triggers(string rule, bool isTold = true) =>
        Assert.Equal(isTold ? [DiagnosticCode.TriggersItself] : [], ConflictRules.Codes(Bots + rule));

    [Theory]
    [InlineData("on: github.issues.labeled, then: [github.label: { add: x }]")]
    [InlineData("on: '*', then: [github.comment: { body: x }]")]
    [InlineData("on: github.workflow_run.*, then: [github.dispatch: { workflow: x.yml }]")]
    [InlineData("bots: false, on: github.repository_dispatch.x, then: [github.dispatch: { event_type: x }]")]
    public void Says_nothing_of_a_rule_that_does_not_hear_of_bots(string rule) => Assert.Empty(ConflictRules.Codes(rule));

    [Theory]
    [InlineData("on: github.issues.opened, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.unlabeled, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, then: [github.label: { add: '{{label.name}}' }]")]
    [InlineData("on: github.issues.labeled, if: { label.name: y }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, if: { issue.labels.name: { none: x } }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, unless: { sender.login: 'bot[bot]' }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, if: { facts.reviews: x }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, if: { repository.name: x }, then: [github.label: { add: x, repository: acme/y, number: 1 }]")]
    [InlineData("on: github.issues.labeled, then: [{ github.label: { add: x }, when: { label.name: y } }]")]
    [InlineData("on: github.issues.labeled, wait: 1h, still: { label.name: y }, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, mode: shadow, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, mode: off, then: [github.label: { add: x }]")]
    [InlineData("on: github.issues.labeled, digest: { every: 1h }, then: [github.label: { add: x, number: 1, repository: acme/a }]")]
    [InlineData("on: github.issue_comment.created, then: [github.comment: { body: x, key: one }]")]
    [InlineData("on: github.repository_dispatch.first, then: [github.dispatch: { event_type: second }]")]
    [InlineData("on: github.repository_dispatch.first, then: [github.dispatch: { event_type: '{{branch}}' }]")]
    [InlineData("on: github.workflow_run.completed, if: { workflow_run.name: Build }, then: [github.dispatch: { workflow: deploy.yml }]")]
    [InlineData("on: gitlab.issues.labeled, then: [github.label: { add: x }]")]
    public void Says_nothing_of_a_rule_that_its_own_event_may_not_fit(string rule) => Assert.Empty(ConflictRules.Codes(Bots + rule));

    [Theory]
    [InlineData("hub: { preset: github, secret: A }", "hub", true)]
    [InlineData("hub: { preset: stripe, secret: A }", "hub", false)]
    [InlineData("hub: { preset: github, secret: A }, enterprise: { preset: github, secret: B }", "hub", false)]
    public void Knows_the_source_by_its_preset(string sources, string source, bool isTold) => Assert.Equal(
        isTold ? [DiagnosticCode.TriggersItself] : [],
        ConflictRules.CodesWith(sources, $"{Bots}on: {source}.issues.labeled, then: [github.label: {{ add: x }}]"));

    [Fact]
    public void Hears_of_bots_also_by_a_condition_on_the_author() => Assert.Equal(
        [DiagnosticCode.TriggersItself],
        ConflictRules.Codes("on: github.issues.labeled, if: { issue.user.login: x }, then: [github.label: { add: x }]"));

    [Fact]
    public void Names_the_event_and_both_places()
    {
        var told = TestRules.Compile("rules:\n  a:\n    bots: true\n    on: github.issues.*\n    then: [github.label: { add: x }]\n").Diagnostics;
        Assert.Equal(
            "rules/1.yml(5,12): warning WB0171: the rule 'a' hears of bots, and this step causes github.issues.labeled, which triggers it again; the trigger is in rules/1.yml(4,9)",
            Assert.Single(told).ToString());
    }
}
