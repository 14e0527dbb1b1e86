using System.Text.Json;
using System.Text.Json.Nodes;

namespace WebhookBot.Rules.Testing;

/// <summary>Changes of a sample payload: paths and the values to put there.</summary>
public static class PayloadOverrides
{
    /// <summary>The payload with the value put at the dotted path; objects on the way are made, array indexes are numbers.</summary>
    /// <exception cref="FormatException">The path does not fit the payload.</exception>
    public static void Set(JsonNode payload, string path, JsonElement value)
    {
        var parts = path.Split('.');
        if (parts is ["payload", _, ..])
        {
            parts = parts[1..];
        }

        var current = payload;
        foreach (var part in parts[..^1])
        {
            current = Step(current, part, path);
        }

        Put(current, parts[^1], JsonNode.Parse(value.GetRawText()), path);
    }

    private static JsonNode Step(JsonNode current, string part, string path)
    {
        if (current is JsonArray array)
        {
            return array[Index(array, part, path)] ?? throw new FormatException($"'{path}' goes through null");
        }

        if (current is not JsonObject parent)
        {
            throw new FormatException($"'{path}' goes through a value that is no object");
        }

        if (parent[part] is null)
        {
            parent[part] = new JsonObject();
        }

        return parent[part]!;
    }

    private static void Put(JsonNode current, string part, JsonNode? value, string path)
    {
        switch (current)
        {
            case JsonArray array:
                array[Index(array, part, path)] = value;
                break;
            case JsonObject parent:
                parent[part] = value;
                break;
            default:
                throw new FormatException($"'{path}' ends in a value that is no object");
        }
    }

    private static int Index(JsonArray array, string part, string path) =>
        int.TryParse(part, out var index) && index >= 0 && index < array.Count ? index : throw new FormatException($"'{part}' in '{path}' is no index of an array of {array.Count}");
}
