using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

public class UndoingRulesTests
{
    private const string Add = "then: [github.label: { add: [wip] }]";
    private const string Remove = "then: [github.label: { remove: wip }]";
    private const string Opened = "on: github.pull_request.opened";

    [Theory]
    [InlineData(Opened, Opened)]
    [InlineData(Opened, "on: github.pull_request.*")]
    [InlineData("on: github.*", "on: github.issues.*")]
    [InlineData("on: '*'", "on: github.pull_request.opened")]
    [InlineData("on: [github.pull_request.closed, github.pull_request.opened]", "on: [github.push, github.pull_request.opened]")]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened)]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened + ", if: { payload.pull_request.draft: true, repository.full_name: acme/shop }")]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened + ", unless: { pull_request.draft: false }")]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened + ", if: { pull_request.additions: { lt: 10 } }")]
    [InlineData(Opened + ", if: { pull_request.additions: { gt: 5 } }", Opened + ", if: { pull_request.additions: { lte: 10 } }")]
    [InlineData(Opened + ", if: { pull_request.base.ref: [main, dev] }", Opened + ", if: { pull_request.base.ref: dev }")]
    [InlineData(Opened + ", if: { pull_request.base.ref: 'release/*' }", Opened + ", if: { pull_request.base.ref: release/2 }")]
    [InlineData(Opened + ", if: { any: [{ pull_request.base.ref: a }, { pull_request.base.ref: b }] }", Opened + ", if: { pull_request.base.ref: b }")]
    [InlineData(Opened + ", if: { facts.changed_files: 'docs/**' }", Opened + ", if: { facts.changed_files: 'docs/**' }")]
    [InlineData(Opened + ", if: { facts.changed_files: 'docs/**' }", Opened + ", if: { pull_request.draft: true }")]
    [InlineData("on: github.pull_request.*, if: { pull_request.draft: true }", Opened)]
    public void Tells_of_two_rules_that_undo_each_other(string one, string other)
    {
        Assert.Equal([DiagnosticCode.UndoneByAnotherRule], ConflictRules.Codes($"{one}, {Add}", $"{other}, {Remove}"));
        Assert.Equal([DiagnosticCode.UndoneByAnotherRule], ConflictRules.Codes($"{other}, {Add}", $"{one}, {Remove}"));
    }

    [Theory]
    [InlineData("if: { pull_request.draft: true }, then: [say: { text: x }], else: [github.label: { remove: wip }]", "if: { pull_request.draft: false }, " + Add)]
    [InlineData("then: [{ github.label: { remove: WIP }, when: { pull_request.draft: true } }]", Add)]
    [InlineData("then: [github.label: { add: [a, 'b'], remove: wip }]", "then: [github.label: { add: ['{{number}}', wip] }]")]
    [InlineData("then: [github.label: { remove: wip, number: 5, repository: acme/a }]", "then: [github.label: { repository: acme/a, number: 5, add: wip }]")]
    [InlineData("then: [github.close: {}]", "then: [github.reopen: {}]")]
    [InlineData("bots: true, " + Remove, "bots: true, " + Add)]
    public void Tells_of_branches_steps_and_other_actions(string one, string other) =>
        Assert.Equal([DiagnosticCode.UndoneByAnotherRule], ConflictRules.Codes($"{Opened}, {one}", $"{Opened}, {other}"));

    [Theory]
    [InlineData(Opened, "on: github.pull_request.closed")]
    [InlineData(Opened, "on: gitlab.pull_request.opened")]
    [InlineData(Opened, "on: github.issues.*")]
    [InlineData("on: github.*.labeled", "on: github.push.*")]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened + ", if: { pull_request.draft: false }")]
    [InlineData(Opened + ", if: { pull_request.draft: true }", Opened + ", unless: { pull_request.draft: true }")]
    [InlineData(Opened + ", unless: { pull_request.draft: true }", Opened + ", unless: { pull_request.draft: false }")]
    [InlineData(Opened + ", if: { repository.full_name: acme/a }", Opened + ", if: { repository.full_name: acme/b }")]
    [InlineData(Opened + ", if: { repository.full_name: [acme/a, acme/c] }", Opened + ", if: { repository.full_name: acme/b }")]
    [InlineData(Opened + ", if: { repository.full_name: acme/a }", Opened + ", if: { repository.name: b }")]
    [InlineData(Opened + ", if: { pull_request.base.ref: 'a/*' }", Opened + ", if: { pull_request.base.ref: 'b/*' }")]
    [InlineData(Opened + ", if: { pull_request.base.ref: 'a/*' }", Opened + ", if: { pull_request.base.ref: b/1 }")]
    [InlineData(Opened + ", if: { pull_request.title: { matches: ^a } }", Opened + ", if: { pull_request.title: { matches: ^b } }")]
    [InlineData(Opened + ", if: { pull_request.additions: { gt: 9 } }", Opened + ", if: { pull_request.additions: { lt: 10 } }")]
    [InlineData(Opened + ", if: { pull_request.state: { not: open } }", Opened + ", if: { pull_request.state: { not: closed } }")]
    [InlineData(Opened + ", if: { pull_request.state: open }", Opened + ", if: { pull_request.merged: true }")]
    [InlineData(Opened + ", if: { pull_request.labels.name: a }", Opened + ", if: { 'pull_request.labels[0].name': b }")]
    [InlineData(Opened + ", if: { sender.login: a }", Opened + ", if: { pull_request.user.login: b }")]
    [InlineData(Opened + ", if: { facts.changed_files: { all: 'docs/**' } }", Opened + ", if: { facts.changed_files: 'src/**' }")]
    [InlineData("on: github.pull_request.*, if: { action: labeled }", Opened)]
    [InlineData("on: github.*, if: { issue.state: open }", Opened)]
    [InlineData("on: github.*, if: { pull_request: null }", Opened)]
    [InlineData("on: github.*, if: { delivery.event: github.push }", Opened)]
    [InlineData(Opened + ", if: { vars.on: true }", Opened)]
    [InlineData(Opened + ", if: { sender.type: Bot }", Opened)]
    public void Says_nothing_of_rules_that_may_never_meet(string one, string other)
    {
        const string vars = "github: { preset: github, secret: A }, gitlab: { preset: stripe, secret: B } }\nvars: { on: true";
        Assert.Empty(ConflictRules.CodesWith(vars, $"{one}, {Add}", $"{other}, {Remove}"));
        Assert.Empty(ConflictRules.CodesWith(vars, $"{other}, {Add}", $"{one}, {Remove}"));
    }

    [Theory]
    [InlineData(Add, "then: [github.label: { remove: done }]")]
    [InlineData("then: [github.label: { add: '{{number}}' }]", "then: [github.label: { remove: '{{number}}' }]")]
    [InlineData(Add, "then: [github.label: { remove: wip, repository: acme/other, number: 1 }]")]
    [InlineData("mode: off, " + Add, Remove)]
    [InlineData("mode: shadow, " + Add, Remove)]
    [InlineData("until: 2020-01-31, owner: '#dev', " + Add, Remove)]
    [InlineData("wait: 24h, " + Add, Remove)]
    [InlineData("throttle: { limit: 1, per: 1h }, " + Add, Remove)]
    [InlineData("bots: true, " + Add, Remove)]
    [InlineData("if: { repository.name: x }, then: [github.label: { add: wip }], else: [github.label: { remove: wip }]", Add + ", mode: off")]
    [InlineData("then: [github.close: {}]", "then: [github.close: { number: 4 }]")]
    [InlineData("then: [say: { text: wip }]", Remove)]
    public void Says_nothing_of_steps_that_do_not_undo_each_other(string one, string other) =>
        Assert.Empty(ConflictRules.Codes($"{Opened}, {one}", $"{Opened}, {other}"));

    [Fact]
    public void Leaves_the_two_branches_of_one_rule_alone() => Assert.Empty(ConflictRules.Codes(
        $"{Opened}, if: {{ pull_request.draft: false }}, then: [github.label: {{ add: a }}], else: [github.label: {{ remove: a }}]",
        $"{Opened}, {Add}"));

    [Fact]
    public void Names_both_places_and_what_is_undone()
    {
        var told = TestRules.Compile(
            $"rules:\n  a: {{ {Opened}, {Add} }}\n", $"rules:\n  b: {{ on: github.pull_request.*, {Remove} }}\n").Diagnostics;
        Assert.Equal(
            "rules/2.yml(2,42): warning WB0170: the rules 'b' and 'a' can undo each other on github.pull_request.opened: "
            + "the label 'wip' is taken away here and set there; the other is in rules/1.yml(2,47)",
            Assert.Single(told).ToString());
    }
}
