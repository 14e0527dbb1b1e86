using CsCheck;

namespace WebhookBot.Rules.Tests;

/// <summary>Random rule files over the whole language: variables, templates, steps with conditions, timing, switches, schedules.</summary>
internal static class RandomFiles
{
    private static readonly Gen<string> Path = RandomRules.One(
        "x", "payload.y", "o.x", "l", "l[0]", "l.[0].x", "this", "missing.a", "vars.word", "vars.list", "facts.changed_files", "delivery.received_at", "rule", "@root.x");

    private static readonly Gen<string> Call = Gen.Select(Path, RandomRules.One(
        "{0}", "truncate {0} 3", "default {0} \"none\"", "date {0} \"HH:mm\" zone=\"Europe/Oslo\"", "ago {0}", "join {0} \"-\"", "lower {0}", "upper (truncate {0} 2)",
        "replace {0} \"a\" \"bb\"", "json {0}", "mention {0}", "link {0} \"t\"", "short_sha {0}", "eq {0} 7", "lookup {0} \"x\""), (path, call) => call.Replace("{0}", path, StringComparison.Ordinal));

    private static readonly Gen<string> Piece = Gen.Frequency(
        (3, RandomRules.One("text ", "<!here> ", "é😀 ", "\\ ", " } ", "%")),
        (4, Call.Select(c => $"{{{{{c}}}}}")),
        (1, Call.Select(c => $"{{{{{{{c}}}}}}}")),
        (1, Gen.Select(Path, Call, (p, c) => $"{{{{#if {p}}}}}{{{{{c}}}}}{{{{else}}}}no{{{{/if}}}}")),
        (1, Gen.Select(Path, Call, (p, c) => $"{{{{#each {p}}}}}{{{{@index}}}}{{{{{c}}}}}{{{{else}}}}-{{{{/each}}}}")),
        (1, Gen.Select(Path, Path, (p, q) => $"{{{{#with {p}}}}}{{{{#unless {q}}}}}{{{{../x}}}}{{{{/unless}}}}{{{{/with}}}}")));

    private static readonly Gen<string> Template = Piece.Array[1, 3].Select(p => Quote(string.Concat(p)));

    // Keys are made of the event alone.
    private static readonly Gen<string> Key = RandomRules.One("'{{x}}'", "'{{lower y}}{{vars.word}}'", "'{{#each l}}{{this}}{{/each}}'", "k");

    private static readonly Gen<string> Action = Gen.Select(RandomRules.One("text", "slack", "markdown", "url", "json"), Template, Template, Gen.Int[0, 3], (format, a, b, kind) => kind switch
    {
        0 => $"do.all: {{ title: {a}, names: [{b}, plain], amount: '{{{{y}}}}', inputs: {{ i: {b} }} }}",
        1 => $"do.all: {{ title: {a}, loud: true, state: open, blocks: [{{ type: section, text: {b} }}, 7, null] }}",
        _ => $"say: {{ {format}: {a} }}",
    });

    private static readonly Gen<string> Step = Gen.Select(Action, RandomRules.Condition(1), Gen.Int[0, 7], (action, condition, kind) =>
        $"{{ {action}{kind switch { 0 or 1 => $", when: {{ {condition} }}", 2 => ", name: a step, retry: 3", 3 => ", stop_on_failure: true, retry: { attempts: 2, base: 1s }", _ => "" }} }}");

    private static readonly Gen<string> Timing = Gen.Select(Gen.Int[0, 9], Key, RandomRules.Condition(1), (kind, key, condition) => kind switch
    {
        0 => $"wait: 24h, cancel_on: [s.*, t.q], still: {{ {condition} }}, ",
        1 => "wait: 30s, ",
        2 => $"throttle: {{ key: {key}, limit: 2, per: 1h }}, ",
        3 => $"debounce: {{ key: {key}, for: 5m }}, ",
        4 => $"digest: {{ key: {key}, every: 1h, max: 3 }}, ",
        5 => $"debounce: 10s, throttle: {{ limit: 1, per: 1d }}, ",
        _ => "",
    });

    private static readonly Gen<string> Switches = RandomRules.One(
        "", "", "", "bots: true, ", "max_per_subject: 1, owner: '@octocat', ", "until: 2027-01-31, owner: '#dev', ", "until: 2025-01-31, owner: '#dev', ", "mode: shadow, ", "mode: off, ", "description: 'says {{x}}', ");

    private static readonly Gen<string> On = Gen.OneOf(
        RandomRules.EventName.Select(e => $"[{e}, 's.*']"), RandomRules.One("'*'", "'*.p'", "[alert.firing, 't.*.u']", "[{ schedule: '0 9 * * MON', zone: Europe/Oslo }, 's.*']"));

    private static readonly Gen<string> Rule = Gen.Select(
        Gen.Select(On, Switches, Timing), RandomRules.Condition(2), RandomRules.Condition(1), Step.Array[1, 3], Gen.Int[0, 5],
        (head, condition, unless, steps, kind) =>
        {
            // What a digest tells is told when its events are over, so its texts can read no facts.
            var then = head.Item3.StartsWith("digest", StringComparison.Ordinal) ? "{ say: { text: '{{#each events}}{{x}}{{/each}}' } }" : string.Join(", ", steps);
            return $"{{ on: {head.Item1}, {head.Item2}{head.Item3}if: {{ {condition} }}, {(kind == 0 ? $"unless: {{ {unless} }}, " : "")}then: [{then}]{(kind == 1 ? $", else: [{steps[0]}]" : "")} }}";
        });

    /// <summary>A rule file without a mistake.</summary>
    public static Gen<string> Valid { get; } = Rule.Array[1, 5].Select(rules =>
        "vars: { word: w, list: [a, b] }\npeople: { a: U012AB3CD }\nrules:\n" + string.Concat(rules.Select((rule, i) => $"  r{i}: {rule}\n")));

    /// <summary>An event that such rules are for; some by a bot, some without a subject.</summary>
    public static Gen<WebhookEvent> Event { get; } = Gen.Select(RandomRules.Event, Gen.Int[0, 9], (e, kind) => kind switch
    {
        0 => e with { Actor = new EventActor("robot[bot]", IsBot: true) },
        1 => e with { Subject = null },
        2 => e with { Payload = Events.Json("[1,{\"x\":\"a\"}]") },
        3 => e with { Payload = Events.Json("null") },
        _ => e,
    });

    /// <summary>A file as it becomes under an editor's hands: letters, lines and blocks put in, taken out, doubled, moved in or out.</summary>
    public static Gen<string> Mutated { get; } = Gen.Select(Valid, Gen.Select(Gen.Int[0, 5], Gen.Int[0, 100_000], Gen.Int[0, 60]).Array[1, 4], (text, edits) =>
    {
        // A block in lines has more that can break than one long line.
        text = text.Replace(", then:", ",\n    then:", StringComparison.Ordinal).Replace(", if:", ",\n    if:", StringComparison.Ordinal);
        return edits.Aggregate(text, (t, edit) => Edit(t, edit.Item1, edit.Item2, edit.Item3));
    });

    private static string Edit(string text, int kind, int place, int what)
    {
        const string Put = "{}[]:,-?*&!|>'\"%@`#~ \n\t\r\\/.0e+<=$^()\u0000\u0085\u00a0\u200b\u202e\u2028\uFEFF\uD800\uDC00\u0301\u0130\uFFFF9";
        if (kind < 3)
        {
            var at = place % (text.Length + 1);
            var length = Math.Min(what % 7, text.Length - at);
            return kind == 0 ? text.Insert(at, Put[what % Put.Length].ToString()) : kind == 1 ? text.Remove(at, length) : text.Insert(at, text.Substring(at, length));
        }

        var lines = text.Split('\n').ToList();
        var line = place % lines.Count;
        switch (kind)
        {
            case 3:
                lines.RemoveAt(line);
                break;
            case 4:
                lines.Insert(line, lines[line]);
                break;
            default:
                lines[line] = what % 2 == 0 ? new string(' ', what % 5) + lines[line] : lines[line].TrimStart();
                break;
        }

        return string.Join('\n', lines);
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
