using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

public class ImpossibleRulesTests
{
    private const string On = "on: github.ticket.opened, then: [say: { text: x }], ";

    [Theory]
    [InlineData("if: { ticket.draft: true }, unless: { ticket.draft: true }")]
    [InlineData("if: { ticket.labels.name: [a, b] }, unless: { payload.ticket.labels.name: [b, a] }")]
    [InlineData("if: { facts.changed_files: 'docs/**' }, unless: { facts.changed_files: 'docs/**' }")]
    [InlineData("if: { all: [{ ticket.title: { matches: x } }], not: { ticket.title: { matches: x } } }")]
    [InlineData("if: { ticket.title: { exists: false }, all: [{ ticket.title: x }] }")]
    [InlineData("if: { ticket.labels.name: null, all: [{ ticket.labels.name: { starts_with: a } }] }")]
    [InlineData("if: { ticket.labels: { count: { gt: 5, lt: 3 } } }")]
    [InlineData("if: { ticket.labels: { count: { gt: 5, lt: 6 } } }")]
    [InlineData("if: { ticket.labels: { count: { lt: 0 } } }")]
    [InlineData("if: { ticket.labels: { count: 2 }, all: [{ ticket.labels: { count: 3 } }] }")]
    [InlineData("mode: shadow, until: 2020-01-31, owner: '#dev', if: { ticket.draft: true }, unless: { ticket.draft: true }")]
    public void Tells_of_contradictions_whatever_the_field_holds(string conditions) =>
        Assert.Equal([DiagnosticCode.NeverMatches], ConflictRules.Codes(On + conditions));

    [Theory]
    [InlineData("if: { ticket.number: { gt: 5, lt: 3 } }")]
    [InlineData("if: { ticket.number: { gt: 5, lte: 5 } }")]
    [InlineData("if: { ticket.number: { gt: 5 }, all: [{ ticket.number: [1, 2] }] }")]
    [InlineData("if: { all: [{ ticket.title: a }, { ticket.title: b }] }")]
    [InlineData("if: { all: [{ ticket.title: [a, b] }, { ticket.title: [c, d] }] }")]
    [InlineData("if: { all: [{ ticket.title: 'a*' }, { ticket.title: b }] }")]
    [InlineData("if: { ticket.draft: true, any: [{ ticket.draft: false }, { payload.ticket.draft: [false] }] }")]
    [InlineData("if: { ticket.title: [a, b] }, unless: { ticket.title: [a, b, c] }")]
    [InlineData("if: { ticket.title: { is: a, starts_with: b } }")]
    [InlineData("if: { delivery.source: github, all: [{ delivery.source: stripe }] }")]
    public void Tells_of_contradictions_where_the_field_is_known_to_hold_one_value(string conditions)
    {
        Assert.Equal([DiagnosticCode.NeverMatches], ConflictRules.KnownCodes(On + conditions));
        Assert.Equal(conditions.Contains("delivery", StringComparison.Ordinal) ? 1 : 0, ConflictRules.Codes(On + conditions).Count);
    }

    [Theory]
    [InlineData("if: { ticket.draft: true }, unless: { ticket.draft: false }")]
    [InlineData("if: { ticket.draft: true }, unless: { ticket.draft: true, ticket.title: x }")]
    [InlineData("if: { ticket.number: { gt: 5, lt: 6 } }")]
    [InlineData("if: { ticket.number: { gte: 5, lte: 5 } }")]
    [InlineData("if: { ticket.number: 7, all: [{ ticket.number: 7.0 }] }")]
    [InlineData("if: { ticket.draft: true, all: [{ ticket.draft: True }] }")]
    [InlineData("if: { all: [{ ticket.labels.name: a }, { ticket.labels.name: b }] }")]
    [InlineData("if: { ticket.labels.name: a }, unless: { ticket.labels.name: b }")]
    [InlineData("if: { ticket.labels.name: { not: null, none: a } }")]
    [InlineData("if: { all: [{ ticket.extra: 1 }, { ticket.extra: 2 }] }")]
    [InlineData("if: { all: [{ ticket.title: 'a*' }, { ticket.title: '*b' }] }")]
    [InlineData("if: { all: [{ ticket.title: a* }, { ticket.title: b* }] }")]
    [InlineData("if: { ticket.title: [a, b] }, unless: { ticket.title: a }")]
    [InlineData("if: { any: [{ ticket.title: a }, { ticket.title: b }] }")]
    [InlineData("if: { ticket.title: x, any: [{ ticket.title: y }, { ticket.number: 4 }] }")]
    [InlineData("if: { ticket.created_at: { older_than: 7d, newer_than: 1h } }")]
    [InlineData("if: { facts.changed_files: { any: a, all: b } }")]
    [InlineData("if: { facts.details: a }, unless: { facts.details: b }")]
    [InlineData("if: { 'ticket.labels[0].name': a, 'ticket.labels[1].name': b }")]
    [InlineData("mode: off, if: { ticket.draft: true }, unless: { ticket.draft: true }")]
    [InlineData("until: 2020-01-31, owner: '#dev'")]
    [InlineData("if: { ticket.labels: { count: { gt: 5, lt: 7 } } }")]
    public void Says_nothing_of_conditions_that_can_hold(string conditions) => Assert.Empty(ConflictRules.KnownCodes(On + conditions));

    [Fact]
    public void Says_nothing_of_a_field_that_one_of_the_events_may_spread() => Assert.Empty(ConflictRules.KnownCodes(
        "on: [github.ticket.opened, stripe.x.y], if: { all: [{ ticket.title: a }, { ticket.title: b }] }, then: [say: { text: x }]"));

    [Fact]
    public void Names_both_places()
    {
        var told = TestRules.Compile("rules:\n  a:\n    on: github.push\n    if: { ref: x }\n    unless: { ref: x }\n    then: [say: { text: x }]\n").Diagnostics;
        Assert.Equal(
            "rules/1.yml(5,15): warning WB0172: not 'ref: x' cannot hold together with 'ref: x', so the rule 'a' never matches; the other is in rules/1.yml(4,11)",
            Assert.Single(told).ToString());
    }
}
