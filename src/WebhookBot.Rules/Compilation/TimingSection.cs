using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Templates;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles what a rule says about time: <c>wait</c>, <c>cancel_on</c>, <c>still</c>, <c>throttle</c>, <c>debounce</c>, <c>digest</c>.</summary>
internal sealed class TimingSection(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    private static readonly string[] Delays = ["wait", "debounce", "digest"];

    private static readonly string[] OfWait = ["cancel_on", "still"];

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(366);

    public RuleTiming Compile(YamlMapping rule)
    {
        var delays = Delays.Where(k => rule[k] is not null).ToList();
        if (delays.Count > 1)
        {
            diagnostics.Error(rule[delays[1]]!.Position, DiagnosticCode.BadTiming, $"a rule has one of wait, debounce and digest, not '{delays[0]}' and '{delays[1]}'");
        }

        var wait = CompileWait(rule);
        var debounce = rule["debounce"] is { } d ? CompileDebounce(d) : null;
        var digest = rule["digest"] is { } g ? CompileDigest(g) : null;
        return new RuleTiming
        {
            Throttle = rule["throttle"] is { } throttle ? CompileThrottle(throttle) : null,
            Delay = (Delay?)wait ?? (Delay?)debounce ?? digest,
        };
    }

    private Wait? CompileWait(YamlMapping rule)
    {
        foreach (var key in OfWait.Where(k => rule["wait"] is null && rule[k] is not null))
        {
            diagnostics.Error(rule[key]!.Position, DiagnosticCode.BadTiming, $"'{key}' belongs to a wait; add 'wait' with a duration such as 24h");
        }

        var cancelOn = rule["cancel_on"] is { } on ? new TriggerSection(vocabulary, diagnostics).CompilePatterns(on) : [];
        var still = rule["still"] is { } node ? CompileStill(node) : null;
        return rule["wait"] is { } wait && Duration(wait, "wait") is { } duration ? new Wait(duration, cancelOn, still) : null;
    }

    private StillCondition? CompileStill(YamlNode node)
    {
        var conditions = new ConditionCompiler(vocabulary, diagnostics);
        var condition = conditions.Compile(node);
        conditions.CheckCount(node.Position);
        return condition is null ? null : new StillCondition(condition, node.ToJson());
    }

    private Throttle? CompileThrottle(YamlNode node)
    {
        if (Mapping(node, RuleKeys.Throttle) is not { } mapping)
        {
            return null;
        }

        var limit = Count(mapping["limit"], "limit", RuleKeys.LargestCount);
        var per = Duration(mapping["per"], "per");
        var key = Key(mapping);
        return limit is null || per is null ? null : new Throttle(key, limit.Value, per.Value);
    }

    private Debounce? CompileDebounce(YamlNode node)
    {
        if (node is YamlScalar && Duration(node, "debounce") is { } alone)
        {
            return new Debounce(null, alone);
        }

        if (node is YamlScalar || Mapping(node, RuleKeys.Debounce) is not { } mapping)
        {
            return null;
        }

        var key = Key(mapping);
        return Duration(mapping["for"], "for") is { } duration ? new Debounce(key, duration) : null;
    }

    private Digest? CompileDigest(YamlNode node)
    {
        if (Mapping(node, RuleKeys.Digest) is not { } mapping)
        {
            return null;
        }

        var max = mapping["max"] is { } most ? Count(most, "max", Digest.LargestMax) : Digest.DefaultMax;
        var key = Key(mapping);
        return Duration(mapping["every"], "every") is { } every && max is not null ? new Digest(key, every, max.Value) : null;
    }

    private YamlMapping? Mapping(YamlNode node, KeyTable keys)
    {
        if (node is YamlScalar { Kind: not ScalarKind.Null } && keys.Required is [.., var last] && Durations.TryParse(((YamlScalar)node).Text) is not null)
        {
            diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"expected {{ {string.Join(", ", keys.Names)} }} (a mapping), found {node.KindInWords}; write {keys.Name}: {{ {(keys.Required.Count > 1 ? "limit: 1, " : "")}{last}: {((YamlScalar)node).Text} }}");
            return null;
        }

        if (Shape.Mapping(node, $"{{ {string.Join(", ", keys.Names)} }}", diagnostics) is not { } mapping)
        {
            return null;
        }

        Shape.Keys(mapping, keys.Name, keys, diagnostics);
        foreach (var missing in keys.Required.Where(k => mapping[k] is null && !ForeignKeys.StandFor(keys, mapping, k)))
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, $"'{keys.Name}' needs '{missing}'");
        }

        return mapping;
    }

    private Template? Key(YamlMapping mapping)
    {
        switch (mapping["key"])
        {
            case null:
                return null;
            case YamlScalar { Kind: not ScalarKind.Null } scalar:
                var facts = new HashSet<string>(StringComparer.Ordinal);
                var key = new ArgumentCompiler(vocabulary, diagnostics, facts).Key(scalar);
                if (facts.Count > 0)
                {
                    diagnostics.Error(scalar.Position, DiagnosticCode.BadTiming, "a key is made of the event alone; it cannot read facts");
                }

                // Keys are the rule's own, so a text that never changes is as good as none.
                if (!scalar.HasTemplate)
                {
                    var meant = FieldPath.TryParse(scalar.Text, out _) is null ? "\"{{repository.full_name}}\"" : $"\"{{{{{Suggestion.Shorten(scalar.Text)}}}}}\"";
                    diagnostics.Warning(scalar.Position, DiagnosticCode.ConstantKey, $"this key is the same for every event; write a template, such as {meant}, or leave 'key' out if all events of the rule are meant");
                }

                return key;
            case var node:
                diagnostics.WrongKind(node, "a text");
                return null;
        }
    }

    private TimeSpan? Duration(YamlNode? node, string key)
    {
        if (node is null)
        {
            return null;
        }

        if (node is YamlScalar scalar && Durations.TryParse(scalar.Text) is { } duration && duration <= LongestDelay)
        {
            return duration;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadDuration, $"'{key}' takes a duration such as 30s, 15m, 24h or 7d, a year at most; found {node.KindInWords}{Durations.Mend(node)}");
        return null;
    }

    private int? Count(YamlNode? node, string key, int most) =>
        node is null ? null : Shape.Count(node, $"'{key}' is", most, DiagnosticCode.BadTiming, diagnostics);
}
