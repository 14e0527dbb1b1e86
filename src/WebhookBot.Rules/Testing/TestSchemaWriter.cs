using System.Text.Json.Nodes;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Testing;

/// <summary>The JSON Schema of test files, for editors; in the same dialect as that of rule files.</summary>
/// <param name="vocabulary">What test files may refer to.</param>
public sealed class TestSchemaWriter(RuleVocabulary vocabulary)
{
    private readonly SchemaForms _forms = new();

    /// <summary>The schema as text, with a line break at its end.</summary>
    public string Write()
    {
        var root = _forms.Table(TestKeys.Sections);
        var definitions = new JsonObject
        {
            ["sample"] = SchemaForms.Described(
                SchemaForms.AnyOf(SchemaForms.Enumeration(SampleCatalog.Names), SchemaForms.OfType("string")),
                "A shipped sample, under the name of its preset or of a source that has the preset; or schedule.<rule>."),
            ["overrides"] = SchemaForms.Described(SchemaForms.OfType("object"), "Paths into the payload, as in a condition, and the values to put there."),
            ["facts"] = Facts(),
            ["played-events"] = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = _forms.Of(ValueForm.Mapping(TestKeys.Played)) },
            ["expected"] = SchemaForms.AnyOf(
                SchemaForms.Enumeration(["no match"]),
                new JsonObject { ["type"] = "array", ["items"] = Expected() }),
        };
        foreach (var action in vocabulary.Actions.All)
        {
            definitions[$"action-{action.Name}"] = Action(action);
        }

        return _forms.Document("Rule tests of WebhookBot", root, definitions);
    }

    private JsonObject Facts()
    {
        var properties = new JsonObject();
        foreach (var fact in vocabulary.Facts)
        {
            properties[fact] = SchemaForms.Described([], vocabulary.Descriptions.GetValueOrDefault($"facts.{fact}"));
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private JsonObject Expected()
    {
        var expected = _forms.Table(TestKeys.Expected);
        var properties = expected["properties"]!.AsObject();
        foreach (var action in vocabulary.Actions.Names)
        {
            properties[action] = SchemaForms.Reference($"action-{action}");
        }

        properties[Digest.Gather] = SchemaForms.Described(SchemaForms.OfType("object"), "The event is gathered for a digest.");
        expected["oneOf"] = new JsonArray([.. vocabulary.Actions.Names.Append(Digest.Gather).Select(name => SchemaForms.Requires(name))]);
        return expected;
    }

    // As it is planned, so without templates; and none must be there.
    private static JsonObject Action(ActionDescriptor action)
    {
        var properties = new JsonObject();
        foreach (var parameter in action.Parameters)
        {
            properties[parameter.Name] = SchemaForms.Described([], parameter.Description);
        }

        return new JsonObject { ["description"] = action.Description, ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }
}
