using WebhookBot.Rules.Conditions.Operators;

namespace WebhookBot.Rules.Language;

/// <summary>Every row of the <c>if</c> table.</summary>
public static class ConditionTable
{
    /// <summary>What may stand as a key.</summary>
    public static IReadOnlyList<ConditionRow> Paths { get; } =
    [
        new("pull_request.user.login", "a path into the payload, as the sender's documentation has it", new("pull_request.user.login: octocat", """{"pull_request":{"user":{"login":"octocat"}}}""", """{"pull_request":{"user":{"login":"hubot"}}}""")),
        new("payload.any", "the same, for a field whose name means something else here", new("payload.any: 1", """{"any":1}""", """{"any":2}""")),
        new("labels.name", "a path through an array reads every element; one of them is enough", new("labels.name: bug", """{"labels":[{"name":"ui"},{"name":"bug"}]}""", """{"labels":[{"name":"ui"}]}""")),
        new("alerts[0].status", "one element, counted from 0", new("alerts[0].status: firing", """{"alerts":[{"status":"firing"}]}""", """{"alerts":[{"status":"resolved"},{"status":"firing"}]}""")),
        new("labels[\"a.b\"]", "quotes a key that has dots or spaces", new("'labels[\"app.kubernetes.io/name\"]': till", """{"labels":{"app.kubernetes.io/name":"till"}}""", """{"labels":{"app":"till"}}""")),
        new("delivery.event", "the delivery: `id`, `source`, `event`, `received_at`, `subject`", new("{ delivery.event: github.push, ref: refs/heads/main }", """{"ref":"refs/heads/main"}""", """{"ref":"refs/heads/next"}""")),
    ];

    /// <summary>What may stand as a value, the operators last and in the order of their catalog.</summary>
    public static IReadOnlyList<ConditionRow> Values { get; } =
    [
        new("main, 42, true", "the field equals it", new("{ ref: main, number: 42, draft: false }", """{"ref":"main","number":42,"draft":false}""", """{"ref":"main","number":42,"draft":true}""")),
        new("release/*, docs/**", "a text with `*` (no slash) or `**` (anything) is a glob", new("ref: release/*", """{"ref":"release/1.2"}""", """{"ref":"release/1/2"}""")),
        new("[a, b*, c]", "it equals any of these", new("severity: [critical, page*]", """{"severity":"pager"}""", """{"severity":"warning"}""")),
        new("null", "the field is absent or null", new("milestone: null", "{}", """{"milestone":{"number":1}}""")),
        .. OperatorCatalog.All.Select(o => new ConditionRow($"{{ {o.Name}: … }}", o.Holds, o.Example)),
    ];

    /// <summary>What combines conditions.</summary>
    public static IReadOnlyList<ConditionRow> Combinations { get; } =
    [
        new("any: [{ … }, { … }]", "one of the mappings holds", new("any: [{ a: 1 }, { b: 1 }]", """{"b":1}""", """{"a":2,"b":2}""")),
        new("all: [{ … }, { … }]", "each of the mappings holds; for a field that is asked twice", new("all: [{ labels: bug }, { labels: urgent }]", """{"labels":["urgent","bug"]}""", """{"labels":["bug"]}""")),
        new("not: { … }", "the mapping does not hold", new("not: { draft: true, state: open }", """{"draft":true,"state":"closed"}""", """{"draft":true,"state":"open"}""")),
    ];

    /// <summary>The operators: name, what it takes, when it holds, the keys that may stand beside it.</summary>
    public static IReadOnlyList<(string Name, string Takes, string Holds, IReadOnlyList<string> Options)> Operators { get; } =
        [.. OperatorCatalog.All.Select(o => (o.Name, o.Takes.InWords, o.Holds, o.Options))];
}
