using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Turns forms of values and tables of keys into JSON Schema, and remembers the mappings that they refer to.</summary>
internal sealed class SchemaForms
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SortedDictionary<string, JsonObject?> _mappings = new(StringComparer.Ordinal);

    public static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    public static JsonObject OfType(params string[] types) =>
        new() { ["type"] = types.Length == 1 ? types[0] : new JsonArray([.. types.Select(t => (JsonNode)t)]) };

    public static JsonObject AnyOf(params JsonObject[] schemas) => new() { ["anyOf"] = new JsonArray([.. schemas]) };

    public static JsonObject Enumeration(IEnumerable<string> values) => new() { ["enum"] = new JsonArray([.. values.Select(v => (JsonNode)v)]) };

    /// <summary>One of the values; each has its own words in the editor's list.</summary>
    public static JsonObject Choice(IEnumerable<(string Value, string? Meaning)> values) =>
        AnyOf([.. values.Select(v => Described(Enumeration([v.Value]), v.Meaning)).DefaultIfEmpty(Enumeration([]))]);

    public static JsonObject With(JsonObject schema, string key, JsonNode value)
    {
        schema[key] = value;
        return schema;
    }

    /// <summary>What stands beside a reference is not looked at in draft-07, so a described one is wrapped.</summary>
    public static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is null)
        {
            return schema;
        }

        var described = schema.ContainsKey("$ref") ? new JsonObject { ["allOf"] = new JsonArray(schema) } : schema;
        described.Remove("description");
        described.Insert(0, "description", description);
        return described;
    }

    public static JsonObject Requires(params string[] keys) => new() { ["required"] = new JsonArray([.. keys.Select(k => (JsonNode)k)]) };

    public static JsonObject Needs(string key, string other) => AnyOf(Not(Requires(key)), Requires(other));

    /// <summary>A mapping with those keys and no others.</summary>
    public JsonObject Table(KeyTable table)
    {
        var properties = new JsonObject();
        foreach (var key in table.Keys)
        {
            properties[key.Name] = Described(Of(key.Takes), key.Description);
        }

        var schema = new JsonObject
        {
            ["description"] = table.Description,
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (table.Required.Count > 0)
        {
            schema["required"] = new JsonArray([.. table.Required.Select(k => (JsonNode)k)]);
        }

        if (table.Relations.Count > 0)
        {
            schema["allOf"] = new JsonArray([.. table.Relations.SelectMany(Relation)]);
        }

        return schema;
    }

    /// <summary>The whole schema as text, with the mappings that were referred to and a line break at its end. An empty file is one that fits.</summary>
    public string Document(string title, JsonObject root, JsonObject definitions)
    {
        foreach (var (name, schema) in _mappings)
        {
            definitions[name] = schema;
        }

        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", title);
        root["type"] = OfType("object", "null")["type"]!.DeepClone();
        root["definitions"] = definitions;
        return root.ToJsonString(Indented) + "\n";
    }

    public JsonObject Of(ValueForm form) => form switch
    {
        TextForm text => Text(text),
        FlagForm { Wanted: { } only } => new JsonObject { ["enum"] = new JsonArray(only) },
        FlagForm => OfType("boolean"),
        NumberForm { Least: { } least, Most: { } most } => new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most },
        NumberForm => OfType("number"),
        ChoiceForm choice => Choice(choice.Values.Select(v => (v.Value, (string?)v.Meaning))),
        ListForm list => AnyOf(Of(list.Item), new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Of(list.Item) }),
        MappingForm mapping => Mapping(mapping.Keys),
        ByNameForm named => new JsonObject { ["type"] = "object", ["patternProperties"] = new JsonObject { [named.NamePattern] = Of(named.Item) }, ["additionalProperties"] = false },
        AnyOfForm any => AnyOf([.. any.Forms.Select(Of)]),
        SharedForm shared => Reference(shared.Definition),
        _ => [],
    };

    private static JsonObject Text(TextForm text)
    {
        var schema = text.Pattern is null ? OfType("string", "number", "boolean") : With(OfType("string"), "pattern", text.Pattern);
        return text.Examples.Count == 0 ? schema : With(schema, "examples", new JsonArray([.. text.Examples.Select(e => (JsonNode)e)]));
    }

    private JsonObject Mapping(KeyTable table)
    {
        if (_mappings.TryAdd(table.Name, null))
        {
            _mappings[table.Name] = Table(table);
        }

        return Reference(table.Name);
    }

    private static IEnumerable<JsonObject> Relation(KeyRelation relation) => relation switch
    {
        KeyRelation.AtLeastOne one => [AnyOf([.. one.Keys.Select(RequiresPath)])],
        KeyRelation.AtMostOne one => one.Keys.SelectMany((key, i) => one.Keys.Skip(i + 1).Select(other => Not(Requires(key, other)))),
        KeyRelation.Needs needs => [Needs(needs.Key, needs.Other)],
        KeyRelation.Announces a =>
        [
            AnyOf(
                With(Requires(a.Key, a.Other), "properties", new JsonObject { [a.Other] = new JsonObject { ["pattern"] = a.Pattern } }),
                With(Not(Requires(a.Key)), "properties", new JsonObject { [a.Other] = Not(new JsonObject { ["type"] = "string", ["pattern"] = a.Pattern }) })),
        ],
        _ => [],
    };

    // A key with a value stands for a mapping that has that very value there.
    private static JsonObject RequiresPath(string path)
    {
        if (path.Split('=') is [var key, var value])
        {
            return With(Requires(key), "properties", new JsonObject { [key] = new JsonObject { ["enum"] = new JsonArray(value) } });
        }

        var parts = path.Split('.', 2);
        return parts.Length == 1
            ? Requires(path)
            : With(Requires(parts[0]), "properties", new JsonObject { [parts[0]] = With(RequiresPath(parts[1]), "type", "object") });
    }

    private static JsonObject Not(JsonObject schema) => new() { ["not"] = schema };
}
