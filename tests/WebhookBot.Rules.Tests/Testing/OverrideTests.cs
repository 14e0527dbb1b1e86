using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Rules.Tests.Testing;

/// <summary>What a test says is different in its event: fields that the event cannot have are told, and all others are put there.</summary>
public class OverrideTests
{
    private const string Payload = """{ ticket: { title: T, labels: [{ name: a }], own: 1 } }""";

    [Theory]
    [InlineData("ticket.titel", "github.ticket.opened has no field 'ticket.titel'; did you mean 'ticket.title'?")]
    [InlineData("payload.ticket.titel", "github.ticket.opened has no field 'payload.ticket.titel'; did you mean 'payload.ticket.title'?")]
    [InlineData("tickt.title", "github.ticket.opened has no field 'tickt.title'; did you mean 'ticket.title'?")]
    [InlineData("ticket.labels[0].nam", "github.ticket.opened has no field 'ticket.labels[0].nam'; did you mean 'ticket.labels[0].name'?")]
    [InlineData("ticket.labels.0.nam", "github.ticket.opened has no field 'ticket.labels.0.nam'")]
    [InlineData("ticket.title.text", "'ticket.title' is a text and has no fields")]
    public void Tells_of_a_field_that_neither_the_payload_nor_the_event_has(string path, string expected) =>
        Assert.Contains(expected, Assert.Single(Told("github.ticket.opened", path)), StringComparison.Ordinal);

    [Theory]
    [InlineData("github.ticket.opened", "ticket.draft")]
    [InlineData("github.ticket.opened", "ticket.parent.title")]
    [InlineData("github.ticket.opened", "ticket.properties.anything")]
    [InlineData("github.ticket.opened", "ticket.extra.anything")]
    [InlineData("github.ticket.opened", "ticket.own")]
    [InlineData("github.custom.made-up", "whatever")]
    [InlineData("github.unheard.of", "whatever")]
    [InlineData("stripe.event", "whatever")]
    public void Takes_a_field_that_the_event_may_have(string name, string path) => Assert.Empty(Told(name, path));

    private static List<string> Told(string name, string path)
    {
        var reader = new RuleTestReader(TestRules.Set("rules: {}"), KnownEvents.Vocabulary, (_, _) => null);
        reader.Read(new RuleFile("t.yml", $"tests:\n  t:\n    event: {{ name: {name}, payload: {Payload} }}\n    with: {{ '{path}': x }}\n    expect: {{}}\n"));
        return [.. reader.Diagnostics.Select(d => d.ToString())];
    }
}
