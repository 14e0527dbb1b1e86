using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Tests.Intake.Presets;

/// <summary>What in a payload is not as it is known: a check of a rule that reads it would be wrong.</summary>
internal static partial class PayloadFit
{
    public static IEnumerable<string> Misfits(JsonElement value, FieldShape shape, string path = "")
    {
        if (value.ValueKind == JsonValueKind.Null || shape.Kind == ShapeKind.Anything)
        {
            return [];
        }

        if (!Fits(value, shape.Kind))
        {
            return [$"{path} is {value.ValueKind} and known as {shape.Kind}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Misfits(item, shape.Element!, path + "[]")),
            JsonValueKind.Object => value.EnumerateObject().SelectMany(p => Field(p, shape, $"{path}.{p.Name}")),
            JsonValueKind.String when shape.Values is { } values && !values.Contains(value.GetString()!) && Suggestion.Misspelt(value.GetString()!, values) is { } taken =>
                [$"{path} is {value.GetString()}, which is taken for {taken}"],
            _ => [],
        };
    }

    private static IEnumerable<string> Field(JsonProperty field, FieldShape shape, string path)
    {
        var known = shape.Kind == ShapeKind.Mapping ? shape.Element : shape.Fields!.Find(field.Name);
        return known is null ? [$"{path} is not known to {shape.Fields!.Name}"] : Misfits(field.Value, known, path);
    }

    // A text that reads as a time must be known as one: older_than is refused for texts.
    private static bool Fits(JsonElement value, ShapeKind kind) => value.ValueKind switch
    {
        JsonValueKind.Object => kind is ShapeKind.Structure or ShapeKind.Mapping,
        JsonValueKind.Array => kind is ShapeKind.Array,
        JsonValueKind.Number => kind is ShapeKind.Number or ShapeKind.Time,
        JsonValueKind.String => kind == (Date().IsMatch(value.GetString()!) ? ShapeKind.Time : ShapeKind.Text),
        _ => kind is ShapeKind.Boolean,
    };

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    private static partial Regex Date();
}
