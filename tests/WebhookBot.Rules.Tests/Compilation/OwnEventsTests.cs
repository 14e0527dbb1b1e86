using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation;

/// <summary>What is told about events that the bot itself names: of the family of alerts, of schedules, and what digests tell.</summary>
public class OwnEventsTests
{
    [Theory]
    [InlineData("alert.firing", "alert.severty: critical", "error WB0164: alert.firing has no field 'alert.severty'; did you mean 'alert.severity'?")]
    [InlineData("alert.*", "alert.labels.team: { gt: 3 }", "error WB0166: 'gt' asks for a number, and 'alert.labels.team' is a text")]
    [InlineData("alert.resolved", "alert.started_at: true", "error WB0166: 'alert.started_at' is a time, which never equals the boolean true")]
    [InlineData("[alert.firing, github.push]", "ref: x", null)]
    [InlineData("alert.firing", "alert.labels.team: x, alert.links: { any: 'https://**' }, commonLabels.severity: critical, whatever.they.send: 5", null)]
    [InlineData("[github.ticket.opened, alert.firing]", "commonLabels.severity: x", "warning WB0165: github.ticket.opened has no 'commonLabels.severity', so this never holds for it")]
    [InlineData("[{ schedule: '0 9 * * MON' }, github.push]", "scheduled_fur: x", "error WB0164: github.push, schedule.r have no field 'scheduled_fur'; did you mean 'scheduled_for'?")]
    [InlineData("{ schedule: '0 9 * * MON' }", "missed: many", "error WB0166: 'missed' is a number, which never equals the text 'many'")]
    [InlineData("{ schedule: '0 9 * * MON' }", "missed: { gt: 1 }, scheduled_for: { newer_than: 1h }, zone: UTC, rule: r, schedule: '0 9 * * MON'", null)]
    [InlineData("bot.dead_letter", "atempts: 3", "error WB0164: bot.dead_letter has no field 'atempts'; did you mean 'attempts'?")]
    [InlineData("bot.dead_letter", "attempts: many", "error WB0166: 'attempts' is a number, which never equals the text 'many'")]
    [InlineData("bot.breaker_open", "kinds: http", "error WB0164: bot.breaker_open has no field 'kinds'; did you mean 'kind'?")]
    [InlineData("bot.breaker_closed", "detail: x", "error WB0164: bot.breaker_closed has no field 'detail'")]
    [InlineData("bot.dead_letter", "payload.delivery: x, event: 'github.**', rule: r, action: slack.post, key: k, attempts: { gt: 1 }, detail: { contains: x }", null)]
    public void Checks_the_fields_of_its_own_events_as_those_of_a_sender(string on, string condition, string? told) =>
        Assert.Equal(told is null ? [] : [told], KnownEvents.Told(on, condition).Select(d => d[..Math.Min(d.Length, told?.Length ?? d.Length)]));

    [Theory]
    [InlineData("alertmanager", "commonLabel.severity: x", "warning WB0164: alert.firing has no field 'commonLabel.severity'; did you mean 'commonLabels.severity'?")]
    [InlineData("alertmanager", "foo: x", "warning WB0164: alert.firing has no field 'foo'")]
    [InlineData("alertmanager", "labels.severity: x", "warning WB0164: alert.firing has no field 'labels.severity'; did you mean 'alert.labels.severity'?")]
    [InlineData("alertmanager", "alert.foo: x", "error WB0164: alert.firing has no field 'alert.foo'")]
    [InlineData("alertmanager", "commonLabels.x: y, payload.receiver: z, alert.name: a", null)]
    [InlineData("github", "foo: x", null)]
    [InlineData("stripe", "foo: x", null)]
    public void Checks_the_fields_of_alerts_against_what_the_sources_of_alerts_send(string preset, string condition, string? told) =>
        Assert.Equal(told is null ? [] : [told], KnownEvents.Told("alert.firing", condition, $"sources: {{ a: {{ preset: {preset}, secret: A_SECRET }}, g: {{ preset: github, secret: A_SECRET }} }}"));

    [Fact]
    public void Warns_of_a_template_that_reads_what_the_bot_does_not_send()
    {
        Assert.Equal(["warning WB0167: alert.firing has no field 'alert.sumary'; did you mean 'alert.summary'?"], KnownEvents.ToldOfTemplate("alert.firing", "{{alert.sumary}} {{title}}"));
        Assert.Equal(["warning WB0167: schedule.r has no field 'mised'; did you mean 'missed'?"], KnownEvents.ToldOfTemplate("{ schedule: \"@daily\" }", "{{mised}} {{rule}} {{missed}}"));
    }

    [Theory]
    [InlineData("alert.fireing", "no event is named 'alert.fireing'; did you mean 'alert.firing'?")]
    [InlineData("bot.dead_leter", "no event is named 'bot.dead_leter'; did you mean 'bot.dead_letter'?")]
    [InlineData("alert.firing.now", "no event is named 'alert.firing.now'; did you mean 'alert.firing'?")]
    [InlineData("schedule.a.c", "no event is named 'schedule.a.c'; did you mean 'schedule.a.b'?")]
    [InlineData("schedule.b", "no event is named 'schedule.b'; did you mean 'schedule.a.b'?")]
    public void Checks_what_calls_a_wait_off_as_what_a_rule_is_for(string pattern, string told)
    {
        var text = $"rules:\n  a.b: {{ on: {{ schedule: '@daily' }}, then: [say: {{ text: x }}] }}\n  r: {{ on: github.push, wait: 1h, cancel_on: [{pattern}, alert.*, schedule.a.b], then: [say: {{ text: y }}] }}\n";

        var diagnostic = Assert.Single(new RuleCompiler(KnownEvents.Vocabulary).Compile([new RuleFile("a.yml", text)]).Diagnostics);

        Assert.Equal((DiagnosticCode.UnknownEvent, told, Severity.Error), (diagnostic.Code, diagnostic.Message, diagnostic.Severity));
    }

    [Theory]
    [InlineData("throttle: { key: '{{ticket.titel}}', limit: 1, per: 1h }")]
    [InlineData("debounce: { key: '{{ticket.titel}}', for: 1h }")]
    [InlineData("digest: { key: '{{ticket.titel}}', every: 1h }")]
    public void Warns_of_a_field_of_a_key_that_is_always_empty(string timing) =>
        Assert.Equal(["warning WB0167: github.ticket.opened has no field 'ticket.titel'; did you mean 'ticket.title'?"], ToldOf("github.ticket.opened", timing, "x"));

    [Theory]
    [InlineData("github.ticket.opened", "{{count}} {{key}} {{rule}} {{events.length}} {{events[0].ticket.title}} {{events[0].delivery.id}} {{#each events}}{{delivery.event}} {{ticket.title}}{{/each}}")]
    [InlineData("github.custom.made_up", "{{events[0].anything}}")]
    [InlineData("stripe.invoice.paid", "{{events[0].anything}} {{count}}")]
    [InlineData("alert.firing", "{{events[0].alert.labels.team}} {{#each events}}{{alert.name}} {{commonLabels.team}}{{/each}}")]
    public void Says_nothing_about_what_a_digest_tells(string on, string template) => Assert.Equal([], ToldOf(on, "digest: { every: 1h }", template));

    [Theory]
    [InlineData("github.ticket.opened", "{{evnts.length}}", "a digest has no field 'evnts.length'; did you mean 'events.length'?")]
    [InlineData("github.ticket.opened", "{{ticket.title}}", "a digest has no field 'ticket.title'")]
    [InlineData("github.ticket.opened", "{{events[0].ticket.titel}}", "a digest has no field 'events[0].ticket.titel'; did you mean 'events[0].ticket.title'?")]
    [InlineData("github.ticket.opened", "{{#each events}}{{ticket.titel}}{{/each}}", "a digest has no field 'events[0].ticket.titel'; did you mean 'events[0].ticket.title'?")]
    [InlineData("github.ticket.opened", "{{#each events}}{{#each ticket.labels}}{{title}}{{/each}}{{/each}}", "a digest has no field 'events[0].ticket.labels[0].title'")]
    [InlineData("alert.firing", "{{#each events}}{{alert.severty}}{{/each}}", "a digest has no field 'events[0].alert.severty'; did you mean 'events[0].alert.severity'?")]
    [InlineData("github.ticket.opened", "{{events[0].alert.name}}", "a digest has no field 'events[0].alert.name'")]
    [InlineData("stripe.invoice.paid", "{{cuont}}", "a digest has no field 'cuont'; did you mean 'count'?")]
    public void Warns_of_what_a_digest_does_not_tell(string on, string template, string told) =>
        Assert.Equal([$"warning WB0167: {told}"], ToldOf(on, "digest: { every: 1h }", template));

    [Fact]
    public void Suggests_only_a_field_that_the_event_has() =>
        Assert.Equal(["error WB0164: github.push has no field 'sendr.login.name'", "error WB0164: github.push has no field 'comits.title'"], KnownEvents.Told("github.push", "sendr.login.name: x, comits.title: y"));

    private static IEnumerable<string> ToldOf(string on, string timing, string template)
    {
        var text = $"rules:\n  r:\n    on: {on}\n    {timing}\n    then: [say: {{ text: '{template}' }}]\n";
        return new RuleCompiler(KnownEvents.Vocabulary).Compile([new RuleFile("a.yml", text)]).Diagnostics.Select(d => d.ToString().Split(": ", 2)[1]);
    }
}
