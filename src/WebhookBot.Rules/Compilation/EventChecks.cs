using WebhookBot.Rules.Conditions.Operators;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Compilation;

/// <summary>
/// Checks rules against what is known of the events they are for: the names of events and actions, the fields that conditions and templates
/// read, the types of what they are compared with. Sources may stand in other files than the rules, so it is done when all files are read.
/// </summary>
internal sealed class EventChecks(ActionCatalog actions)
{
    // Of events that nobody knows a digest gathers events with any fields.
    private static readonly TriggerEvent[] Unknown = [new("*", FieldShape.Anything, FieldShape.Anything, IsNamed: false)];

    private readonly List<(IReadOnlyList<Trigger> Triggers, YamlMapping Rule)> _rules = [];

    public void Add(IReadOnlyList<Trigger> triggers, YamlMapping rule) => _rules.Add((triggers, rule));

    public void Run(EventSources sources, DiagnosticBag diagnostics)
    {
        var checks = new TriggerChecks(sources, diagnostics);
        var types = sources.Vocabulary.FactTypes;
        var fieldsOf = new Dictionary<string, (FieldChecks? OfEvents, Lazy<FieldChecks> OfDigest)>(StringComparer.Ordinal);
        foreach (var (triggers, rule) in _rules)
        {
            checks.Events(new TriggerSection(sources.Vocabulary, new DiagnosticBag()).CompilePatterns(rule["cancel_on"]));
            var events = checks.Events(triggers);
            var on = string.Join(' ', triggers.Select(t => t.Pattern));
            if (!fieldsOf.TryGetValue(on, out var fields))
            {
                // What comes from a source nobody knows may have any field.
                fields = (events is null ? null : new FieldChecks(events, types, diagnostics), new(() => new FieldChecks(Told(events ?? [.. Unknown]), types, diagnostics)));
                fieldsOf[on] = fields;
            }

            CheckFields(rule, fields.OfEvents);
            if (fields.OfEvents is null)
            {
                CheckComparisons(rule["if"], diagnostics);
                CheckComparisons(rule["unless"], diagnostics);
            }

            // What a digest says is about all that it gathered, and not about one event.
            CheckSteps(rule["then"], rule["digest"] is null ? fields.OfEvents : fields.OfDigest.Value);
        }
    }

    private static List<TriggerEvent> Told(List<TriggerEvent> gathered) =>
        [.. gathered.Select(e => (e.Payload, e.Seen)).Distinct().Select(e => OwnEvents.DigestOf(e.Payload, e.Seen)).Select(d => new TriggerEvent("a digest", d, d, IsNamed: false))];

    // Where nothing is known of the fields, a comparison in quotes would be a text that nothing ever equals.
    private static void CheckComparisons(YamlNode? node, DiagnosticBag diagnostics)
    {
        foreach (var value in node is YamlMapping mapping ? mapping.Entries.Where(e => e.Key.Text != "count").Select(e => e.Value) : (node as YamlSequence)?.Items ?? [])
        {
            if (value is YamlScalar { Kind: ScalarKind.Text } text && OperatorSynonyms.Comparison(text.Text) is { } comparison)
            {
                diagnostics.Warning(text.Position, DiagnosticCode.WrongFieldType, $"this asks whether the field is the text '{Suggestion.Shorten(text.Text)}'; to compare a number, write {comparison}");
            }
            else
            {
                CheckComparisons(value, diagnostics);
            }
        }
    }

    private void CheckFields(YamlMapping rule, FieldChecks? fields)
    {
        fields?.CheckCondition(rule["if"], isAsserted: true);
        fields?.CheckCondition(rule["unless"], isAsserted: false);
        fields?.CheckCondition(rule["still"], isAsserted: true);
        CheckSteps(rule["else"], fields);
        foreach (var timing in (string[])["throttle", "debounce", "digest"])
        {
            fields?.CheckTemplates((rule[timing] as YamlMapping)?["key"]);
        }
    }

    private void CheckSteps(YamlNode? steps, FieldChecks? fields)
    {
        fields?.CheckTemplates(steps);
        foreach (var step in (steps as YamlSequence)?.Items.OfType<YamlMapping>() ?? [])
        {
            fields?.CheckCondition(step["when"], isAsserted: false);
            foreach (var entry in step.Entries)
            {
                if (actions.Find(entry.Key.Text) is { } action)
                {
                    fields?.CheckNeeds(action, entry);
                    fields?.CheckKeys(entry);
                }
            }
        }
    }
}
