using System.Text;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Rules.Tests.Testing;

/// <summary>Tests of rules that act later, less often or once for many.</summary>
public class SeriesTests
{
    private const string Rules = """
        rules:
          nudge:
            on: github.issues.opened
            wait: 1h30m
            cancel_on: [github.issues.closed]
            then: [say: { text: "{{number}} waits" }]
          loud:
            on: github.push
            throttle: { limit: 2, per: 10m }
            then: [say: { text: "{{ref}}" }]
          quiet:
            on: github.push
            debounce: { key: "{{ref}}", for: 5m }
            then: [say: { text: "{{ref}}: {{after}}" }]
          gathered:
            on: github.note.added
            digest: { every: 1h, max: 2 }
            then: [say: { text: "{{count}}" }]
          otherwise:
            on: github.fork
            if: { big: true }
            then: [say: { text: big }]
            else: [say: { text: small }]
        """;

    [Theory]
    [InlineData("event: OPENED, expect: { nudge: [{ say: { text: 1 waits }, waits: 1h30m }] }")]
    [InlineData("event: OPENED, expect: { nudge: [{ say: {}, waits: 90m }] }")]
    [InlineData("events: [{ event: OPENED }, { event: CLOSED, at: 2026-01-05T13:00:00Z }], expect: { nudge: [] }")]
    [InlineData("events: [{ event: OPENED }, { event: CLOSED, at: 2026-01-05T14:00:00Z }], expect: { nudge: [{ say: {} }] }")]
    [InlineData("events: [{ event: PUSH }, { event: PUSH, with: { ref: b } }, { event: PUSH, with: { ref: c } }, { event: PUSH, with: { ref: d }, at: 2026-01-05T12:11:00Z }], expect: { loud: [say: { text: a }, say: { text: b }, say: { text: d }] }")]
    [InlineData("events: [{ event: PUSH }, { event: PUSH, with: { after: new } }, { event: PUSH, with: { ref: b } }], expect: { quiet: [{ say: { text: 'a: new' }, waits: 5m }, { say: { text: 'b: old' } }] }")]
    [InlineData("events: [{ event: PUSH }, { event: PUSH, with: { after: new }, at: 2026-01-05T12:06:00Z }], expect: { quiet: [say: { text: 'a: old' }, say: { text: 'a: new' }] }")]
    [InlineData("events: [{ event: NOTE }, { event: NOTE, at: 2026-01-05T12:30:00Z }, { event: NOTE, at: 2026-01-05T12:31:00Z }], expect: { gathered: [{ digest: {}, waits: 1h }, { digest: {} }, { digest: {}, waits: 1h }] }")]
    [InlineData("event: FORK, with: { big: true }, expect: { otherwise: [{ say: { text: big }, waits: 0s }] }")]
    public void Holds(string test) => Assert.Empty(Failures(test));

    [Fact]
    public void Tells_another_wait_and_none() => Assert.Equal(
        ["nudge: say: waits", "    expected  1h", "    planned   1h30m", "nudge: say: waits", "    expected  0s", "    planned   1h30m", "otherwise: say: waits", "    expected  1h", "    planned   nothing"],
        [
            .. Failures("event: OPENED, expect: { nudge: [{ say: {}, waits: 1h }] }"),
            .. Failures("event: OPENED, expect: { nudge: [{ say: {}, waits: 0s }] }"),
            .. Failures("event: FORK, with: { big: true }, expect: { otherwise: [{ say: {}, waits: 1h }] }"),
        ]);

    [Fact]
    public void Tells_of_each_event_what_became_of_it()
    {
        var said = Failures("events: [{ event: PUSH }, { event: PUSH }, { event: PUSH, at: 2026-01-05T12:01:00Z }], expect: { loud: [] }");

        Assert.Equal("loud: expected nothing, but it plans say, say", said[0]);
        Assert.Contains("  2026-01-05T12:01:00.000Z github.push", said);
        Assert.Equal("      dropped by its throttle: 2 within 00:10:00 already", said[^1]);
    }

    [Fact]
    public void Says_how_what_a_digest_tells_is_tested() => Assert.Contains(
        "    an event is only gathered; what is told of it is tested with event: { name: digest.gathered, payload: { … } }", Failures("event: NOTE, expect: { gathered: [say: {}] }"));

    [Fact]
    public void Says_that_else_ran()
    {
        Assert.Equal("otherwise: its conditions do not hold, so its 'else' ran", Failures("event: FORK, expect: { otherwise: [say: { text: big }] }")[0]);
        Assert.StartsWith("otherwise: expected no match, but its 'else' plans say", Failures("event: FORK, expect: { otherwise: no match }")[0], StringComparison.Ordinal);
        Assert.Empty(Failures("event: FORK, expect: { otherwise: [say: { text: small }] }"));
    }

    private static List<string> Failures(string test)
    {
        var written = test
            .Replace("OPENED", "{ name: github.issues.opened, payload: { number: 1 } }", StringComparison.Ordinal)
            .Replace("CLOSED", "{ name: github.issues.closed, payload: {} }", StringComparison.Ordinal)
            .Replace("PUSH", "{ name: github.push, payload: { ref: a, after: old } }", StringComparison.Ordinal)
            .Replace("NOTE", "{ name: github.note.added, payload: {} }", StringComparison.Ordinal)
            .Replace("FORK", "{ name: github.fork, payload: { big: false } }", StringComparison.Ordinal);
        var set = TestRules.Set(Rules);
        var reader = new RuleTestReader(set, TestRules.Vocabulary, (_, _) => null);
        var tests = reader.Read(new RuleFile("t.yml", $"tests:\n  t: {{ {written} }}\n"));
        Assert.Empty(reader.Diagnostics);
        var runner = new RuleTestRunner(set, e => Events.Of(Encoding.UTF8.GetString(e.Payload), e.Name, e.At));
        return [.. runner.Run(Assert.Single(tests)).Failures];
    }
}
