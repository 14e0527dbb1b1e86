using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions.Operators;

namespace WebhookBot.Rules.Conditions;

/// <summary>Turns the mapping behind <c>if</c> and <c>unless</c> into a condition.</summary>
internal sealed class ConditionCompiler(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    private const int MostConditions = 64;

    private readonly ValueTestCompiler _tests = new(diagnostics);
    private int _count;

    /// <summary>The condition, or null after reporting what is wrong.</summary>
    public AllOf? Compile(YamlNode node)
    {
        if (node is YamlSequence { Items.Count: > 0 } or YamlScalar { Kind: ScalarKind.Text })
        {
            diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"expected conditions (a mapping), found {node.KindInWords}; {OperatorSynonyms.AsMapping(node)}");
            return null;
        }

        if (Shape.Mapping(node, "conditions", diagnostics) is not { } mapping)
        {
            return null;
        }

        if (mapping.Entries.Count == 0)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadValue, "an empty mapping asks nothing; leave it out");
        }

        var parts = mapping.Entries.Select(CompileEntry).OfType<Condition>().ToList();
        return new AllOf(mapping.Position, parts);
    }

    /// <summary>Reports when the conditions compiled so far are more than a rule may have.</summary>
    public void CheckCount(SourcePosition rule)
    {
        if (_count > MostConditions)
        {
            diagnostics.Error(rule, DiagnosticCode.TooManyConditions, $"{_count} conditions are more than the {MostConditions} a rule may have; use a list of values, or split the rule");
        }
    }

    private Condition? CompileEntry(YamlEntry entry) => entry.Key.Text switch
    {
        "any" => CompileList(entry) is { } parts ? new AnyOf(entry.Key.Position, parts) : null,
        "all" => CompileList(entry) is { } parts ? new AllOf(entry.Key.Position, parts) : null,
        "or" or "and" when entry.Value is YamlSequence list && list.Items.Any(i => i is YamlMapping) => Refuse(entry.Key),
        "not" => Compile(entry.Value) is { } part ? new Not(entry.Key.Position, part) : null,
        _ => CompileField(entry),
    };

    // A field of that name would be compared with values, and not with conditions.
    private Condition? Refuse(YamlScalar key)
    {
        diagnostics.Unknown(DiagnosticCode.UnknownOperator, "operator", key, [], OperatorSynonyms.Mend(key.Text));
        return null;
    }

    private List<Condition>? CompileList(YamlEntry entry)
    {
        if (entry.Value is YamlSequence { Items.Count: > 0 } list)
        {
            return list.Items.Select(Compile).OfType<Condition>().ToList();
        }

        diagnostics.Error(entry.Value.Position, DiagnosticCode.WrongKind, $"'{entry.Key.Text}' takes a list of conditions, found {entry.Value.KindInWords}; a payload field of that name is written payload.{entry.Key.Text}");
        return null;
    }

    private void WarnOfTemplates(params IEnumerable<YamlNode> nodes)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case YamlScalar scalar when scalar.HasTemplate:
                    diagnostics.Warning(scalar.Position, DiagnosticCode.BadValue, $"conditions have no templates: this asks for the text {Suggestion.Shorten(scalar.Text)}");
                    break;
                case YamlSequence list:
                    WarnOfTemplates(list.Items);
                    break;
                case YamlMapping mapping:
                    WarnOfTemplates(mapping.Entries.Select(e => e.Value));
                    break;
            }
        }
    }

    private FieldCondition? CompileField(YamlEntry entry)
    {
        _count++;
        var path = FieldPath.TryParse(entry.Key.Text, out var problem);
        if (path is null && OperatorSynonyms.AsCondition(entry.Key.Text) is { } condition)
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.BadFieldPath, $"'{Suggestion.Shorten(entry.Key.Text)}' is no field path: there are no expressions; write {condition}");
            return null;
        }

        if (path is null)
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.BadFieldPath, $"'{Suggestion.Shorten(entry.Key.Text)}' is no field path: {problem}");
        }
        else if (path.Fact is not null && !vocabulary.Facts.Contains(path.Fact))
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.UnknownFact, $"unknown fact '{Suggestion.Shorten(path.Fact)}'{Suggestion.For(path.Fact, vocabulary.Facts)}");
        }

        else if (path.Root == FieldRoot.Vars && path.Steps.First() is string name && !vocabulary.Vars.Contains(name))
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.UnknownVariable, $"no file defines the variable '{Suggestion.Shorten(name)}'{Suggestion.For(name, vocabulary.Vars)}");
        }

        WarnOfTemplates(entry.Key, entry.Value);
        var test = _tests.Compile(entry.Value);
        return path is null || test is null ? null : new FieldCondition(entry.Key, path, test, entry.Value);
    }
}
