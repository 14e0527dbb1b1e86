using System.Text;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions;

/// <summary>Turns the mapping behind <c>if</c> and <c>unless</c> into a condition.</summary>
internal sealed class ConditionCompiler(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    private const int MostConditions = 64;

    private readonly ValueTestCompiler _tests = new(diagnostics);
    private int _count;

    /// <summary>The condition, or null after reporting what is wrong.</summary>
    public Condition? Compile(YamlNode node)
    {
        _count = 0;
        var condition = CompileMapping(node, "all of");
        if (_count > MostConditions)
        {
            diagnostics.Error(node.Position, DiagnosticCode.TooManyConditions, $"{_count} conditions are more than the {MostConditions} a rule may have; use a list of values, or split the rule");
        }

        return condition;
    }

    private AllOf? CompileMapping(YamlNode node, string words)
    {
        if (Shape.Mapping(node, "conditions", diagnostics) is not { } mapping)
        {
            return null;
        }

        var parts = mapping.Entries.Select(CompileEntry).OfType<Condition>().ToList();
        return new AllOf(mapping.Position, parts, words);
    }

    private Condition? CompileEntry(YamlEntry entry) => entry.Key.Text switch
    {
        "any" => CompileList(entry) is { } parts ? new AnyOf(entry.Key.Position, parts) : null,
        "all" => CompileList(entry) is { } parts ? new AllOf(entry.Key.Position, parts) : null,
        "not" => CompileMapping(entry.Value, "all of") is { } part ? new Not(entry.Key.Position, part) : null,
        _ => CompileField(entry),
    };

    private List<Condition>? CompileList(YamlEntry entry)
    {
        if (entry.Value is YamlSequence { Items.Count: > 0 } list)
        {
            return list.Items.Select(i => CompileMapping(i, "all of")).OfType<Condition>().ToList();
        }

        diagnostics.Error(entry.Value.Position, DiagnosticCode.WrongKind, $"'{entry.Key.Text}' takes a list of conditions, found {entry.Value.KindInWords}; a payload field of that name is written payload.{entry.Key.Text}");
        return null;
    }

    private FieldCondition? CompileField(YamlEntry entry)
    {
        _count++;
        var path = FieldPath.TryParse(entry.Key.Text, out var problem);
        if (path is null)
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.BadFieldPath, $"'{Suggestion.Shorten(entry.Key.Text)}' is no field path: {problem}");
        }
        else if (path.Fact is not null && !vocabulary.Facts.Contains(path.Fact))
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.UnknownFact, $"unknown fact '{Suggestion.Shorten(path.Fact)}'{Suggestion.For(path.Fact, vocabulary.Facts)}");
        }

        var test = _tests.Compile(entry.Value);
        if (path is null || test is null)
        {
            return null;
        }

        var words = new StringBuilder(entry.Key.Text).Append(": ");
        entry.Value.Describe(words);
        return new FieldCondition(entry.Key.Position, path, test, Suggestion.Shorten(words.ToString()));
    }
}
