using System.Text.Json.Nodes;

namespace WebhookBot.Rules.Compilation;

/// <summary>The schema of an action's arguments.</summary>
internal static class ActionSchema
{
    // Where a template stands the value is not known before an event comes.
    private static JsonObject Template => new() { ["type"] = "string", ["pattern"] = @"\{\{" };

    public static JsonObject Of(ActionDescriptor action)
    {
        var properties = new JsonObject();
        foreach (var parameter in action.Parameters)
        {
            properties[parameter.Name] = SchemaForms.Described(Argument(parameter), parameter.Description);
        }

        var schema = new JsonObject
        {
            ["title"] = action.Name,
            ["description"] = action.Description,
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        var required = action.Parameters.Where(p => p.IsRequired).Select(p => (JsonNode)p.Name).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        if (action.Needs is { } needs)
        {
            schema["description"] = $"{action.Description} {needs.InWords.Replace("`", "", StringComparison.Ordinal)}";
            schema[needs.IsExclusive ? "oneOf" : "anyOf"] = new JsonArray([.. needs.Names.Select(n => SchemaForms.Requires(n))]);
        }

        return schema;
    }

    private static JsonObject Argument(ActionParameter parameter) => parameter.Type switch
    {
        ParameterType.Text when parameter.OneOf is { } choices => SchemaForms.AnyOf(SchemaForms.Enumeration(choices), Template, TextFile()),
        ParameterType.Text when parameter.NamesSecret => new JsonObject { ["type"] = "string", ["pattern"] = SecretNames.Pattern },
        ParameterType.Text => SchemaForms.AnyOf(SchemaForms.Reference("text"), TextFile()),
        ParameterType.TextList => SchemaForms.AnyOf(SchemaForms.Reference("text"), new JsonObject { ["type"] = "array", ["items"] = SchemaForms.Reference("text") }),
        ParameterType.Number => SchemaForms.AnyOf(SchemaForms.OfType("integer"), Template),
        ParameterType.Boolean => SchemaForms.OfType("boolean"),
        ParameterType.List => SchemaForms.OfType("array"),
        ParameterType.TextMapping => new JsonObject { ["type"] = "object", ["additionalProperties"] = SchemaForms.Reference("text") },
        _ => [],
    };

    private static JsonObject TextFile() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["file"] = SchemaForms.Described(SchemaForms.Reference("text"), "A text file below the rules folder, by its path from this file.") },
        ["required"] = new JsonArray("file"),
        ["additionalProperties"] = false,
    };
}
