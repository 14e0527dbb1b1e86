using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Testing;

/// <summary>Changes of a sample payload: paths and the values to put there.</summary>
public static class PayloadOverrides
{
    /// <summary>
    /// Puts the value at the path, which is written as in a condition (<c>alerts[0].status</c>, <c>labels["a.b"]</c>) or with plain numbers for
    /// indexes (<c>alerts.0.status</c>). Objects on the way are made; an index must be there.
    /// </summary>
    /// <exception cref="FormatException">The path does not fit the payload.</exception>
    public static void Set(JsonNode payload, string path, JsonElement value)
    {
        var field = FieldPath.TryParse(path, out var problem);
        if (field is not { Root: FieldRoot.Payload })
        {
            throw new FormatException($"'{path}' is no path into the payload{(problem is null ? "" : $": {problem}")}");
        }

        object[] steps = [.. field.Steps];
        var current = payload;
        foreach (var step in steps[..^1])
        {
            current = Step(current, step, path);
        }

        Put(current, steps[^1], JsonNode.Parse(value.GetRawText()), path);
    }

    private static JsonNode Step(JsonNode current, object step, string path)
    {
        switch (current)
        {
            case JsonArray array:
                return array[Index(array, step, path)] ?? throw new FormatException($"'{path}' goes through null");
            case JsonObject parent when step is string name:
                return parent[name] ??= new JsonObject();
            default:
                throw new FormatException($"'{path}' goes through a value that is no {(step is int ? "array" : "object")}");
        }
    }

    private static void Put(JsonNode current, object step, JsonNode? value, string path)
    {
        switch (current)
        {
            case JsonArray array:
                array[Index(array, step, path)] = value;
                break;
            case JsonObject parent when step is string name:
                parent[name] = value;
                break;
            default:
                throw new FormatException($"'{path}' ends in a value that is no {(step is int ? "array" : "object")}");
        }
    }

    private static int Index(JsonArray array, object step, string path)
    {
        var isIndex = int.TryParse($"{step}", NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        return isIndex && index < array.Count ? index : throw new FormatException($"'{step}' in '{path}' is no index of an array of {array.Count}");
    }
}
