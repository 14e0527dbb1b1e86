using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Warns of rules that undo each other, trigger themselves, can never match, or do what another does already. Only what is certain from the
/// files alone is told: whatever cannot be decided is passed over, and so is what would take more than linear time.
/// </summary>
internal static class ConflictChecks
{
    public static void Run(
        RuleVocabulary vocabulary, IReadOnlyList<Rule> rules, IReadOnlyDictionary<string, SourceDefinition> sources, DiagnosticBag diagnostics)
    {
        var sound = WithoutErrors(rules, diagnostics.Items).Where(r => r.Mode != RuleMode.Off).ToList();
        new ImpossibleRules(new EventSources(vocabulary, sources, rules), diagnostics).Check(sound);

        // A shadow rule makes no call, so whatever it repeats or undoes is not done. Of a rule that ends it cannot be told here whether it has
        // ended: there is no clock.
        var acting = sound.Where(r => r is { Mode: RuleMode.Live, Until: null }).ToList();
        new SelfTriggers(vocabulary.Actions, sources, diagnostics).Check(acting);
        new UndoingRules(vocabulary.Actions, diagnostics).Check(acting);
        new RepeatedRules(diagnostics).Check(acting);
    }

    // What is left of a rule with a mistake says something else than its author meant. A mistake belongs to the rule that begins last before it.
    private static IEnumerable<Rule> WithoutErrors(IReadOnlyList<Rule> rules, IReadOnlyList<Diagnostic> told)
    {
        var byFile = rules.GroupBy(r => r.Position.File, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderBy(r => r.Position.Line).ThenBy(r => r.Position.Column).ToList(), StringComparer.Ordinal);
        var wrong = new HashSet<Rule>(ReferenceEqualityComparer.Instance);
        foreach (var error in told.Where(d => d.Severity == Severity.Error))
        {
            if (byFile.TryGetValue(error.Position.File, out var inFile) && LastBefore(inFile, error.Position) is { } rule)
            {
                wrong.Add(rule);
            }
        }

        return rules.Where(r => !wrong.Contains(r));
    }

    private static Rule? LastBefore(List<Rule> rules, SourcePosition place)
    {
        var (from, to) = (0, rules.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            var at = rules[middle].Position;
            (from, to) = (at.Line, at.Column).CompareTo((place.Line, place.Column)) <= 0 ? (middle + 1, to) : (from, middle);
        }

        return from == 0 ? null : rules[from - 1];
    }
}
