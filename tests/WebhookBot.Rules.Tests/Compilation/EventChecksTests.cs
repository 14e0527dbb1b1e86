using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>What is told is in <c>Broken/events</c>; here is what is left alone, and which source means which preset.</summary>
public class EventChecksTests
{
    [Theory]
    [InlineData("github.ticket.opened", "ticket.title: x, ticket.number: 3, ticket.draft: true, ticket.created_at: { older_than: 1h }")]
    [InlineData("github.ticket.opened", "ticket.title: [42, true, x]")]
    [InlineData("github.ticket.opened", "ticket.parent.parent.parent.title: { starts_with: a, contains: b }")]
    [InlineData("github.ticket.opened", "ticket.labels.name: [bug, 'b*'], ticket.labels: { count: { gt: 3 } }, 'ticket.labels[0].name': { not: bug }")]
    [InlineData("github.ticket.opened", "ticket.labels.name: { all: [a, b], none: c, any: d, contains: e, count: 2 }")]
    [InlineData("github.ticket.opened", "'ticket.properties[\"a.b\"]': x, ticket.properties.any_key: { matches: x }, ticket.properties: { exists: true }")]
    [InlineData("github.ticket.opened", "ticket.extra: 1, ticket.extra.a.b.c: { older_than: 1h, gt: 1, count: 1, all: x }")]
    [InlineData("github.ticket.opened", "ticket: { exists: true }, ticket.parent: null, ticket.author: { not: null }")]
    [InlineData("github.ticket.opened", "ticket.number: { older_than: 1h }, ticket.created_at: { gt: 3, not: '2026-*' }")]
    [InlineData("github.ticket.opened", "payload.ticket.title: x, facts.changed_files: { any: x }, delivery.event: x")]
    [InlineData("github.ticket.opened", "sender.anything: 5")]
    [InlineData("github.push", "commits.timestamp: { newer_than: 1d }, commits.files: { any: 'docs/**' }, commits: { count: 1 }")]
    [InlineData("github.custom.made_up", "whatever: 5")]
    [InlineData("github.*", "whatever: 5, ticket.title: x, ref: x")]
    [InlineData("github.ticket.*", "from: x")]
    [InlineData("[github.ticket.opened, github.note.added]", "any: [{ ticket.title: x }, { note.body: x }]")]
    [InlineData("[github.ticket.opened, github.note.added]", "not: { ticket.draft: true }, sender.login: x, action: y")]
    [InlineData("[github.ticket.opened, github.note.added]", "ticket: { exists: false }, note: null, ticket.title: { not: x }, ticket.labels.name: { none: x }")]
    [InlineData("[github.ticket.opened, stripe.invoice.paid]", "data.object.id: x")]
    [InlineData("'*'", "data.object.id: x")]
    [InlineData("stripe.invoice.paid", "data.object.id: x")]
    public void Says_nothing_about_what_can_be_meant(string on, string condition) => Assert.Equal([], KnownEvents.Told(on, condition));

    [Theory]
    [InlineData("{{ticket.title}} {{ticket.labels.length}} {{ticket.labels.[0].name}} {{ticket.labels[0].name}} {{rule}} {{delivery.id}} {{facts.changed_files}}")]
    [InlineData("{{#each ticket.labels}}{{name}} {{this.name}} {{../y}} {{@index}}{{else}}{{anything}}{{/each}}")]
    [InlineData("{{#each ticket.properties}}{{anything}}{{/each}} {{#each ticket.extra}}{{anything}}{{/each}} {{#each ticket}}{{anything}}{{/each}} {{#each (lookup ticket \"labels\")}}{{x}}{{/each}}")]
    [InlineData("{{#with ticket}}{{title}}{{/with}} {{#if ticket.draft}}{{ticket.title}}{{else}}{{ticket.number}}{{/if}}")]
    [InlineData("{{truncate ticket.title 20}} {{default ticket.extra.a \"none\"}} {{#if (eq ticket.number 3)}}x{{/if}} {{join ticket.labels \", \"}}")]
    [InlineData("{{payload.ticket.title}} {{ticket.properties.x}}")]
    public void Says_nothing_about_templates_that_can_be_filled(string template) =>
        Assert.Equal([], KnownEvents.ToldOfTemplate("github.ticket.opened", template));

    [Theory]
    [InlineData("{{ticket.titel}}", "github.ticket.opened has no field 'ticket.titel'; did you mean 'ticket.title'?")]
    [InlineData("{{#each ticket.lables}}{{name}}{{/each}}", "github.ticket.opened has no field 'ticket.lables'; did you mean 'ticket.labels'?")]
    [InlineData("{{upper (truncate titel 3)}}", "github.ticket.opened has no field 'titel'")]
    [InlineData("{{#each ticket.labels}}{{#if nme}}x{{/if}}{{/each}}", "github.ticket.opened has no field 'ticket.labels[0].nme'; did you mean 'ticket.labels[0].name'?")]
    [InlineData("{{#with ticket}}{{#with parent}}{{this.titel}}{{/with}}{{/with}}", "github.ticket.opened has no field 'ticket.parent.titel'; did you mean 'ticket.parent.title'?")]
    [InlineData("{{#if ticket.draft}}{{ticket.titel}}{{/if}}", "github.ticket.opened has no field 'ticket.titel'; did you mean 'ticket.title'?")]
    public void Warns_of_a_field_of_a_template_that_is_always_empty(string template, string told) =>
        Assert.Equal($"warning WB0167: {told}", Assert.Single(KnownEvents.ToldOfTemplate("github.ticket.opened", template)));

    [Theory]
    [InlineData("github.page.rung", "urgncy: high", "warning WB0168: 'urgncy' is no field of github.page.rung that this version knows; the sender may have added it; did you mean 'urgency'?")]
    [InlineData("github.page.rung", "payload.urgncy: high", "warning WB0168: 'payload.urgncy' is no field of github.page.rung that this version knows; the sender may have added it; did you mean 'payload.urgency'?")]
    [InlineData("github.page.rung", "taem.login: x", "warning WB0168: 'taem.login' is no field of github.page.rung that this version knows; the sender may have added it; did you mean 'team.login'?")]
    [InlineData("github.page.*", "urgncy: high", "warning WB0168: 'urgncy' is no field of github.page.* that this version knows; the sender may have added it; did you mean 'urgency'?")]
    [InlineData("github.page.rnug", "urgency: high", "warning WB0160: 'github.page.rnug' is no event that this version knows; the sender may have added it; did you mean 'github.page.rung'?")]
    [InlineData("github.page.line.endde", "urgency: high", "warning WB0160: 'github.page.line.endde' is no event that this version knows; the sender may have added it; did you mean 'github.page.line.ended'?")]
    [InlineData("github.page.line.begun", "urgency: high, severity: x, tab: y, theme: z", null)]
    [InlineData("[github.page.rung, github.custom.x]", "urgncy: high", null)]
    [InlineData("github.orders.paid", "x: 1", "warning WB0160: 'github.orders' is no event that this version knows; the sender may have added it; did you mean 'github.orders/paid'?")]
    [InlineData("alertmanager.alerting", "x: 1", "warning WB0160: 'alertmanager.alerting' is no event that this version knows; the sender may have added it; did you mean 'alertmanager.firing'?")]
    [InlineData("alertmanager.alert.firing", "x: 1", "warning WB0160: 'alertmanager.alert' is no event that this version knows; the sender may have added it; did you mean 'alertmanager.firing'?")]
    public void Warns_of_what_may_be_there_and_is_spelled_nearly_as_what_is_known(string on, string condition, string? told) =>
        Assert.Equal(told is null ? [] : [told], KnownEvents.Told(on, condition));

    [Fact]
    public void Warns_of_a_field_of_a_template_that_may_be_there_and_is_spelled_nearly_as_one_that_is_known() =>
        Assert.Equal(
            ["warning WB0168: 'urgncy' is no field of github.page.rung that this version knows; the sender may have added it; did you mean 'urgency'?"],
            KnownEvents.ToldOfTemplate("github.page.rung", "{{urgncy}} {{urgency}} {{severity}}"));

    [Fact]
    public void Knows_a_source_by_its_preset_and_not_by_its_name()
    {
        const string Wrong = "ticket.titel: x";
        const string Secret = "secret: A_SECRET";

        Assert.Single(KnownEvents.Told("github.ticket.opened", Wrong));
        Assert.Single(KnownEvents.Told("gh.ticket.opened", Wrong, $"sources: {{ gh: {{ preset: github, {Secret} }} }}"));
        Assert.Empty(KnownEvents.Told("gh.ticket.opened", Wrong));
        Assert.Empty(KnownEvents.Told("github.ticket.opened", Wrong, $"sources: {{ github: {{ preset: stripe, {Secret} }} }}"));
        Assert.Empty(KnownEvents.Told("github.ticket.opened", Wrong, $"sources: {{ github: {{ preset: github, event: {{ json: kind }}, {Secret} }} }}"));
        Assert.DoesNotContain(
            KnownEvents.Told("github.ticket.opened", Wrong, $"sources: {{ github: {{ verify: {{ bearer: Authorization, {Secret} }}, event: {{ json: kind }} }} }}"),
            told => told.Contains("WB016", StringComparison.Ordinal));
    }

    [Fact]
    public void Finds_the_source_in_whichever_file_it_stands()
    {
        var compilation = new RuleCompiler(KnownEvents.Vocabulary).Compile(
        [
            new RuleFile("a.yml", "rules: { r: { on: gh.ticket.opend, then: [say: { text: x }] } }"),
            new RuleFile("b.yml", "sources: { gh: { preset: github, secret: A_SECRET } }"),
        ]);

        Assert.Equal("a.yml(1,19): error WB0161: 'opend' is no action of gh.ticket; did you mean 'opened'?", Assert.Single(compilation.Diagnostics).ToString());
    }

    [Fact]
    public void Does_not_ask_for_the_events_of_a_preset_that_no_rule_is_for()
    {
        var asked = new List<string>();
        var vocabulary = KnownEvents.Vocabulary with { Events = preset => { asked.Add(preset); return KnownEvents.Catalog; } };

        new RuleCompiler(vocabulary).Compile([new RuleFile("a.yml", "rules: { r: { on: stripe.a.b, then: [say: { text: x }] }, s: { on: bot.dead_letter, then: [say: { text: x }] } }")]);

        Assert.Equal(["stripe"], asked.Distinct());
    }

    [Theory]
    [InlineData("event push\n  - Push", "'Push'")]
    [InlineData("type A\n  a b c", "'  a b c'")]
    [InlineData("  a text", "'  a text'")]
    [InlineData("type A extends B", "'type A extends B'")]
    [InlineData("thing A", "'thing A'")]
    public void Refuses_a_catalog_it_does_not_understand(string text, string about) =>
        Assert.Contains(about, Assert.Throws<FormatException>(() => EventCatalog.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lets_a_later_catalog_add_to_an_earlier_one()
    {
        var catalog = EventCatalog.Parse("event a\n  x A\ntype A : B\n  one text\ntype B\n  two text", "event a\n  y A\ntype A\n  one number\n  three A[]");
        var payload = catalog.Find("a", "y")!.Payload.Fields!;

        Assert.Equal(["x", "y"], catalog.OfType("a").Select(e => e.Action!));
        Assert.Equal(["one", "three", "two"], payload.Names.Order(StringComparer.Ordinal));
        Assert.Equal([ShapeKind.Number, ShapeKind.Array, ShapeKind.Text], payload.Names.Order(StringComparer.Ordinal).Select(n => payload.Find(n)!.Kind));
        Assert.Null(payload.Find("four"));
        Assert.Null(catalog.Find("a", null));
    }
}
