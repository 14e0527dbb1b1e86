using CsCheck;

namespace WebhookBot.Rules.Tests;

/// <summary>Random rules and events over a small vocabulary, so that they meet often.</summary>
internal static class RandomRules
{
    private static readonly Gen<string> Word = One("a", "b", "c", "ab", "7");

    private static readonly Gen<string> Scalar = Gen.OneOf(Word, One("7", "true", "null", "'7'", "'a*'", "'*b'", "'**'"));

    private static readonly Gen<string> Value = Gen.Frequency(
        (5, Scalar),
        (3, Scalar.Array[1, 3].Select(v => $"[{string.Join(", ", v)}]")),
        (1, Scalar.Select(v => $"{{ not: {v} }}")),
        (1, Scalar.Select(v => $"{{ all: {v} }}")),
        (1, Scalar.Select(v => $"{{ none: {v} }}")),
        (1, Word.Select(v => $"{{ is: {v} }}")),
        (1, Word.Select(v => $"{{ contains: {v} }}")),
        (1, Word.Select(v => $"{{ starts_with: {v} }}")),
        (1, Gen.Int[0, 3].Select(n => $"{{ count: {{ gte: {n} }} }}")),
        (1, Word.Select(v => $"{{ any: {{ ends_with: {v} }} }}")),
        (1, Scalar.Select(v => $"{{ all: {{ not: {{ any: [{v}, b] }} }} }}")),
        (1, One("{ gte: 7, lte: 7 }", "{ older_than: 1h }", "{ newer_than: 7d }", "{ within: 'Mon-Fri 09:00-17:00', zone: Europe/Oslo }", "{ exists: false }", "{ matches: 'A|7$', ignore_case: true }")),
        (1, One("{ gt: 3 }", "{ lt: 7, gte: 0 }", "{ exists: true }", "{ matches: '^a' }")));

    private static readonly Gen<string> Field = One("x", "y", "o.x", "'l[0]'", "l.x", "payload.x", "delivery.received_at", "facts.changed_files", "facts.reviews");

    private static readonly Gen<string> Json = Gen.Frequency(
        (4, Word.Select(w => $"\"{w}\"")),
        (1, One("7", "true", "null", "1e400", "\"\\ud800\"")),
        (1, Word.Array[0, 3].Select(w => $"[{string.Join(',', w.Select(v => $"\"{v}\""))}]")),
        (1, Word.Array[0, 3].Select(w => $"[{string.Join(',', w.Select(v => $"{{\"x\":\"{v}\"}}"))}]")),
        (1, Word.Select(w => $"{{\"x\":\"{w}\"}}")));

    /// <summary>A condition in flow style, without its braces.</summary>
    public static Gen<string> Condition(int depth)
    {
        var field = Gen.Select(Field, Value, (f, v) => $"{f}: {v}");
        if (depth == 0)
        {
            return field;
        }

        var inner = Condition(depth - 1).Select(c => $"{{ {c} }}");
        return Gen.Frequency(
            (5, field),
            (2, Gen.Select(field, field, (a, b) => a.Split(':')[0] == b.Split(':')[0] ? a : $"{a}, {b}")),
            (1, inner.Array[1, 3].Select(p => $"any: [{string.Join(", ", p)}]")),
            (1, inner.Array[1, 3].Select(p => $"all: [{string.Join(", ", p)}]")),
            (1, inner.Select(p => $"not: {p}")));
    }

    public static Gen<string> EventName { get; } =
        Gen.Select(One("s", "t"), One("p", "q"), One("", ".u", ".v"), (a, b, c) => $"{a}.{b}{c}");

    public static Gen<WebhookEvent> Event { get; } = Gen.Select(
        EventName, Json, Json, Json, Gen.Int[0, 3],
        (name, x, y, l, facts) => Events.Of(
            $$"""{"x":{{x}},"y":{{y}},"o":{"x":{{y}}},"l":{{l}}}""", name,
            aliases: facts == 0 ? ["alert.firing"] : [],
            facts: facts switch
            {
                0 => [],
                1 => [("changed_files", Events.Known(l))],
                2 => [("changed_files", Events.Truncated(x)), ("reviews", FactValue.Unavailable("no"))],
                _ => [("changed_files", FactValue.Unreachable("later")), ("reviews", Events.Known(y))],
            }));

    /// <summary>A rule's lines, without its name.</summary>
    public static Gen<string> Rule { get; } = Gen.Select(
        Gen.OneOf(EventName, One("*", "s.*", "t.*", "s.p.*", "*.p", "*.p.*", "s.*.u", "alert.firing", "alert.*")).Array[1, 2],
        Condition(2), Gen.Bool, Gen.Int[0, 5], One("live", "live", "live", "shadow", "off"),
        (on, condition, isUnless, elses, mode) =>
            $"{{ on: [{string.Join(", ", on.Select(o => $"'{o}'"))}], {(isUnless && elses > 2 ? "unless" : "if")}: {{ {condition} }}, mode: {mode}, "
            + $"then: [say: {{ text: '{{{{x}}}}' }}]{(elses == 0 ? ", else: [say: { text: no }]" : "")} }}");

    public static Gen<string> One(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
