using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>
/// Checks rules against what is known of the events they are for: the names of events and actions, the fields that conditions and templates
/// read, the types of what they are compared with. Sources may stand in other files than the rules, so it is done when all files are read.
/// </summary>
internal sealed class EventChecks
{
    private readonly List<(IReadOnlyList<Trigger> Triggers, YamlMapping Rule)> _rules = [];

    public void Add(IReadOnlyList<Trigger> triggers, YamlMapping rule) => _rules.Add((triggers, rule));

    public void Run(RuleVocabulary vocabulary, IReadOnlyDictionary<string, SourceDefinition> sources, DiagnosticBag diagnostics)
    {
        if (vocabulary.Events is null)
        {
            return;
        }

        var checks = new TriggerChecks(vocabulary, sources, diagnostics);
        var fieldsOf = new Dictionary<string, FieldChecks>(StringComparer.Ordinal);
        foreach (var (triggers, rule) in _rules)
        {
            checks.Events(new TriggerSection(new DiagnosticBag()).CompilePatterns(rule["cancel_on"]));

            // What comes from a source nobody knows may have any field.
            if (checks.Events(triggers) is { } events)
            {
                var on = string.Join(' ', triggers.Select(t => t.Pattern));
                if (!fieldsOf.TryGetValue(on, out var fields))
                {
                    fieldsOf[on] = fields = new FieldChecks(events, diagnostics);
                }

                CheckFields(rule, fields);
            }
        }
    }

    private static void CheckFields(YamlMapping rule, FieldChecks fields)
    {
        fields.CheckCondition(rule["if"], isAsserted: true);
        fields.CheckCondition(rule["unless"], isAsserted: false);
        fields.CheckCondition(rule["still"], isAsserted: true);
        CheckSteps(rule["else"], fields);

        // What a digest says is about all that it gathered, and not about one event.
        if (rule["digest"] is null)
        {
            CheckSteps(rule["then"], fields);
        }
    }

    private static void CheckSteps(YamlNode? steps, FieldChecks fields)
    {
        fields.CheckTemplates(steps);
        foreach (var step in (steps as YamlSequence)?.Items.OfType<YamlMapping>() ?? [])
        {
            fields.CheckCondition(step["when"], isAsserted: false);
        }
    }
}
