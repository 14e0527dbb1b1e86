using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Conditions.Operators;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>
/// The JSON Schema of rule files, for editors. Draft-07, as that is what yaml-language-server knows best; and without <c>const</c>,
/// <c>if</c> and <c>propertyNames</c>, as older validators pass over those in silence.
/// </summary>
/// <param name="vocabulary">What rule files may refer to.</param>
public sealed class SchemaWriter(RuleVocabulary vocabulary)
{
    private readonly SchemaForms _forms = new();

    /// <summary>The schema as text, with a line break at its end.</summary>
    public string Write()
    {
        var root = _forms.Table(FileKeys.Sections);
        var definitions = new JsonObject
        {
            ["event"] = Event(),
            ["on"] = On(),
            ["condition"] = Condition(),
            ["conditions"] = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = SchemaForms.Reference("condition") },
            ["value"] = Value(),
            ["scalar"] = SchemaForms.OfType("string", "number", "boolean", "null"),
            ["one"] = SchemaForms.With(SchemaForms.OfType("string", "number", "boolean"), "minLength", 1),
            ["text"] = SchemaForms.OfType("string", "number", "boolean"),
            ["preset"] = SchemaForms.Choice(vocabulary.Presets.Select(p => (p, vocabulary.Descriptions.GetValueOrDefault($"preset.{p}")))),
            ["network"] = SchemaForms.AnyOf(
                SchemaForms.Choice(vocabulary.NetworkLists.Select(l => (l, (string?)"A list that is published."))),
                new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$" }),
            ["action"] = SchemaForms.AnyOf(
                SchemaForms.Choice(vocabulary.Actions.All.Select(a => (a.Name, (string?)a.Description))),
                new JsonObject { ["type"] = "string", ["pattern"] = @"\*" }),
            ["steps"] = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = SchemaForms.Reference("step") },
            ["step"] = Step(),
        };
        foreach (var action in vocabulary.Actions.All)
        {
            definitions[$"action-{action.Name}"] = ActionSchema.Of(action);
        }

        return _forms.Document("Rule files of WebhookBot", root, definitions);
    }

    // Names of all known events are offered, and any other that looks like one is taken: senders add events.
    private JsonObject Event()
    {
        var known = vocabulary.Presets
            .Select(preset => (preset, catalog: vocabulary.Events?.Invoke(preset)))
            .Where(p => p.catalog is not null)
            .SelectMany(p => p.catalog!.Events.Select(e => $"{p.preset}.{e.Name}").Concat(p.catalog.Events.Where(e => e.Action is not null).Select(e => $"{p.preset}.{e.Type}.*")))
            .Concat(["alert.firing", "alert.resolved", .. BotEvents.All])
            .Distinct()
            .Order(StringComparer.Ordinal);
        return SchemaForms.Described(
            SchemaForms.AnyOf(
                SchemaForms.Enumeration(known),
                new JsonObject { ["type"] = "string", ["maxLength"] = 200, ["pattern"] = $@"^(\*|(\*|{ValueForm.NameCharacter}+)(\.(\*|[^\x00-,.;-@\[-^`{{-~]+))+)$" }),
            "The name of an event: source.type.action, such as github.pull_request.opened. A star stands for one part, and at the end for the rest.");
    }

    private JsonObject On()
    {
        var one = SchemaForms.AnyOf(SchemaForms.Reference("event"), _forms.Of(ValueForm.Mapping(RuleKeys.Schedule)));
        return SchemaForms.AnyOf(
            SchemaForms.Reference("event"),
            _forms.Of(ValueForm.Mapping(RuleKeys.Schedule)),
            new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = one });
    }

    private JsonObject Condition()
    {
        const string Name = @"[^\s.\[\]]+";
        const string Bracket = """\[([0-9]+|"[^"]*"|'[^']*')\]""";
        var properties = new JsonObject
        {
            ["any"] = SchemaForms.Described(SchemaForms.Reference("conditions"), "At least one of these mappings holds."),
            ["all"] = SchemaForms.Described(SchemaForms.Reference("conditions"), "Each of these mappings holds."),
            ["not"] = SchemaForms.Described(SchemaForms.Reference("condition"), "This mapping does not hold."),
        };
        foreach (var fact in vocabulary.Facts)
        {
            properties[$"facts.{fact}"] = SchemaForms.Described(SchemaForms.Reference("value"), vocabulary.Descriptions.GetValueOrDefault($"facts.{fact}"));
        }

        foreach (var field in FieldPath.DeliveryFields)
        {
            properties[$"delivery.{field}"] = SchemaForms.Reference("value");
        }

        // A fact that is there, or anything whose first part is none of the bot's own roots.
        var facts = string.Join('|', vocabulary.Facts.Select(f => f.Replace(".", @"\.", StringComparison.Ordinal)));
        var first = $@"(facts\.({(facts.Length == 0 ? "(?!)" : facts)})|delivery\.({string.Join('|', FieldPath.DeliveryFields)})$|vars\.{Name}|(?!(any|all|not)$|(facts|delivery|vars)([.\[]|$)){Name}|{Bracket})";
        return new JsonObject
        {
            ["description"] = "Conditions: every entry must hold. A key is a path into the payload, or into facts., delivery. or vars.",
            ["type"] = "object",
            ["minProperties"] = 1,
            ["properties"] = properties,
            ["patternProperties"] = new JsonObject { [$@"^{first}(\.{Name}|\.?{Bracket})*$"] = SchemaForms.Reference("value") },
            ["additionalProperties"] = false,
        };
    }

    private JsonObject Value()
    {
        var operators = new JsonObject();
        var options = new JsonArray();
        foreach (var known in OperatorCatalog.All)
        {
            operators[known.Name] = SchemaForms.Described(_forms.Of(known.Takes), $"Holds when {known.Holds}. Example: {known.Example.Condition}");
            foreach (var option in known.Options)
            {
                operators[option] = option == "zone" ? _forms.Of(ValueForm.Text()) : _forms.Of(ValueForm.Flag);
                options.Add(SchemaForms.Needs(option, known.Name));
            }
        }

        return SchemaForms.Described(
            SchemaForms.AnyOf(
                SchemaForms.Reference("scalar"),
                new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = SchemaForms.Reference("scalar") },
                new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["properties"] = operators, ["additionalProperties"] = false, ["allOf"] = options }),
            "What the field equals (with * and ** it is a glob), a list of such, null for an absent field, or a mapping of operators.");
    }

    private JsonObject Step()
    {
        var step = _forms.Table(RuleKeys.Step);
        var properties = step["properties"]!.AsObject();
        foreach (var action in vocabulary.Actions.All)
        {
            properties[action.Name] = SchemaForms.Reference($"action-{action.Name}");
        }

        step["oneOf"] = new JsonArray([.. vocabulary.Actions.Names.Select(name => SchemaForms.Requires(name))]);
        return step;
    }
}
