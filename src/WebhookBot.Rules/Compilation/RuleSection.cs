using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles the <c>rules</c> of one file.</summary>
internal sealed partial class RuleSection(RuleVocabulary vocabulary, DiagnosticBag diagnostics, EventChecks eventChecks)
{
    private readonly StepCompiler _steps = new(vocabulary, diagnostics);

    public void Compile(YamlNode node, Dictionary<string, Rule> into)
    {
        if (node is YamlSequence { Items.Count: > 0 })
        {
            diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"expected rules by name (a mapping), found a list; write each rule below its name, 'my-rule:', instead of behind a dash");
            return;
        }

        foreach (var entry in Shape.Mapping(node, "rules by name", diagnostics)?.Entries ?? [])
        {
            if (!NamePattern().IsMatch(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadName, $"'{Suggestion.Shorten(entry.Key.Text)}' is no rule name; use letters, digits, '-', '_' and '.', 80 at most");
            }

            if (into.TryGetValue(entry.Key.Text, out var first))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"a rule named '{entry.Key.Text}' stands in {first.Position} already");
            }

            if (Shape.Mapping(entry.Value, "a rule", diagnostics) is { } mapping)
            {
                into.TryAdd(entry.Key.Text, CompileRule(entry.Key, mapping, into.Count));
            }
        }
    }

    private Rule CompileRule(YamlScalar name, YamlMapping mapping, int ordinal)
    {
        Shape.Keys(mapping, "a rule", RuleKeys.Rule, diagnostics, k => ForeignKeys.Mend(RuleKeys.Rule, k) is null && RuleKeys.Step.Names.Contains(k) ? $"; '{k}' belongs to a step of 'then', beside its action" : null);
        var (triggers, schedule) = ForeignKeys.StandFor(RuleKeys.Rule, mapping, "on") ? ([], null) : new TriggerSection(vocabulary, diagnostics).Compile(mapping["on"], name);
        var condition = CompileCondition(mapping);
        eventChecks.Add(triggers, mapping);
        if (mapping["then"] is null && mapping["else"] is null && !ForeignKeys.StandFor(RuleKeys.Rule, mapping, "then", "else"))
        {
            diagnostics.Error(name.Position, DiagnosticCode.MissingKey, $"the rule '{Suggestion.Shorten(name.Text)}' does nothing; add 'then'");
        }

        if (mapping["else"] is { } never && mapping["if"] is null && mapping["unless"] is null && !ForeignKeys.StandFor(RuleKeys.Rule, mapping, "if", "unless"))
        {
            diagnostics.Warning(never.Position, DiagnosticCode.NeverMatches, "'else' is done when the conditions do not hold, and this rule has none; add 'if', or leave it out");
        }

        var then = _steps.Compile(mapping["then"]);
        var otherwise = _steps.Compile(mapping["else"]);
        var timing = new TimingSection(vocabulary, diagnostics).Compile(mapping);
        CheckDigest(mapping["digest"], then);
        var rule = new Rule
        {
            Name = name.Text,
            Position = name.Position,
            Description = Shape.Text(mapping["description"], "a text", diagnostics),
            Ordinal = ordinal,
            Triggers = triggers,
            Condition = condition,
            Then = then,
            Else = otherwise,
            Mode = CompileMode(mapping["mode"]),
            Timing = timing,
            Schedule = schedule,
        };
        return new SwitchSection(vocabulary, diagnostics).Apply(rule, mapping);
    }

    // When a digest is told, the events it gathered are over, and with them what could be asked about them.
    private void CheckDigest(YamlNode? digest, IReadOnlyList<ActionStep> then)
    {
        foreach (var step in then.Where(s => digest is not null && s.Facts.Count > 0))
        {
            diagnostics.Error(step.Position, DiagnosticCode.BadTiming, $"the texts of a digest cannot read facts, and this step reads facts.{step.Facts.First()}");
        }
    }

    private AllOf CompileCondition(YamlMapping mapping)
    {
        var conditions = new ConditionCompiler(vocabulary, diagnostics);
        var parts = new List<Condition>();
        if (mapping["if"] is { } condition && conditions.Compile(condition) is { } all)
        {
            parts.AddRange(all.Parts);
        }

        if (mapping["unless"] is { } unless && conditions.Compile(unless) is { } exception)
        {
            parts.Add(new Not(unless.Position, exception, "unless"));
        }

        conditions.CheckCount(mapping.Position);
        return new AllOf(mapping["if"]?.Position ?? mapping.Position, parts);
    }

    private RuleMode CompileMode(YamlNode? node)
    {
        if (node is null)
        {
            return RuleMode.Live;
        }

        // "off" alone is a text in YAML 1.2 and a boolean in YAML 1.1; both mean what the author means.
        switch (node is YamlScalar scalar ? scalar.Text : null)
        {
            case "live":
                return RuleMode.Live;
            case "shadow":
                return RuleMode.Shadow;
            case "off" or "false":
                return RuleMode.Off;
            default:
                diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"'mode' is live, shadow or off{(node is YamlScalar s ? Suggestion.Near(s.Text, ["live", "shadow", "off"]) : "")}");
                return RuleMode.Off;
        }
    }

    [GeneratedRegex(@"^[\w.-]{1,80}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
