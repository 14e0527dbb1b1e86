using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions.Operators;

namespace WebhookBot.Rules.Conditions;

/// <summary>Turns the value behind a field into a test.</summary>
internal sealed class ValueTestCompiler(DiagnosticBag diagnostics)
{
    private const int LongestPattern = 250;

    public ValueTest? Compile(YamlNode node) => node switch
    {
        YamlScalar scalar => CompileScalar(scalar),
        YamlSequence sequence => CompileList(sequence),
        YamlMapping mapping => CompileOperators(mapping),
        _ => null,
    };

    private ValueTest? CompileScalar(YamlScalar scalar)
    {
        if (scalar.Kind == ScalarKind.Null)
        {
            return new AbsentTest();
        }

        if (scalar.Kind == ScalarKind.Text && Glob.IsPattern(scalar.Text))
        {
            if (scalar.Text.Length <= LongestPattern)
            {
                return new GlobTest(new Glob(scalar.Text));
            }

            diagnostics.Error(scalar.Position, DiagnosticCode.BadPattern, $"a pattern has at most {LongestPattern} characters");
            return null;
        }

        return new EqualTest(scalar.ToJson(), scalar.Text);
    }

    private AnyTest? CompileList(YamlSequence sequence)
    {
        if (sequence.Items.Count == 0)
        {
            diagnostics.Error(sequence.Position, DiagnosticCode.BadValue, "an empty list can never hold");
            return null;
        }

        var tests = new List<ValueTest>();
        foreach (var item in sequence.Items)
        {
            if (item is YamlScalar scalar)
            {
                if (CompileScalar(scalar) is { } test)
                {
                    tests.Add(test);
                }
            }
            else
            {
                diagnostics.WrongKind(item, "a value");
            }
        }

        return new AnyTest(tests);
    }

    private ValueTest? CompileOperators(YamlMapping mapping)
    {
        var tests = new List<ValueTest>();
        var operators = mapping.Entries.Where(e => OperatorCatalog.ByName.ContainsKey(e.Key.Text)).ToList();
        var options = operators.SelectMany(e => OperatorCatalog.ByName[e.Key.Text].Options).ToList();
        foreach (var entry in mapping.Entries)
        {
            if (OperatorCatalog.ByName.TryGetValue(entry.Key.Text, out var @operator))
            {
                if (@operator.Compile(new Operand(entry.Value, mapping, this, diagnostics)) is { } test)
                {
                    tests.Add(test);
                }
            }
            else if (!options.Contains(entry.Key.Text))
            {
                diagnostics.Unknown(DiagnosticCode.UnknownOperator, "operator", entry.Key, OperatorCatalog.ByName.Keys, OperatorSynonyms.Mend(entry.Key.Text));
            }
        }

        if (mapping.Entries.Count == 0)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.BadValue, "an empty mapping asks nothing");
        }

        return Every(tests);
    }

    private static ValueTest? Every(List<ValueTest> tests)
    {
        if (tests.OfType<ElementTest>().ToList() is { Count: > 1 } ofElements)
        {
            tests = [new EveryElementTest(ofElements), .. tests.Where(test => test is not ElementTest)];
        }

        return tests.Count switch { 0 => null, 1 => tests[0], _ => new EveryTest(tests) };
    }
}
