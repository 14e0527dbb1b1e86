using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Compilation;

/// <summary>A node of a rule file with its place.</summary>
internal abstract record YamlNode(SourcePosition Position)
{
    public abstract string KindInWords { get; }

    /// <summary>The node as JSON, plain scalars read by YAML 1.2's core schema.</summary>
    public JsonElement ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteJson(writer);
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    /// <summary>JSON as it would stand in a rule file; the reverse of <see cref="ToJson"/>.</summary>
    public static YamlNode FromJson(JsonElement value, SourcePosition at) => value.ValueKind switch
    {
        JsonValueKind.Object => new YamlMapping(at, [.. value.EnumerateObject().Select(p => new YamlEntry(new YamlScalar(at, p.Name, IsQuoted: false), FromJson(p.Value, at)))]),
        JsonValueKind.Array => new YamlSequence(at, [.. value.EnumerateArray().Select(i => FromJson(i, at))]),
        JsonValueKind.String => new YamlScalar(at, value.GetString()!, IsQuoted: true),
        _ => new YamlScalar(at, value.GetRawText(), IsQuoted: false),
    };

    /// <summary>The node as one line of flow style, for explanations.</summary>
    public abstract void Describe(StringBuilder into);

    internal abstract void WriteJson(Utf8JsonWriter writer);
}

internal enum ScalarKind
{
    Null,
    Boolean,
    Number,
    Text,
}

internal sealed partial record YamlScalar(SourcePosition Position, string Text, bool IsQuoted) : YamlNode(Position)
{
    public ScalarKind Kind { get; } = IsQuoted ? ScalarKind.Text : Classify(Text);

    /// <summary>Whether it has a mustache, so that an event tells what it says.</summary>
    public bool HasTemplate => Text.Contains("{{", StringComparison.Ordinal);

    /// <summary>The comment that stands where the value of a key might; null when there is none, or when it looks like one.</summary>
    public string? Comment { get; init; }

    public override string KindInWords => Kind switch
    {
        ScalarKind.Null when Comment is not null => $"nothing: what begins with # is a comment; quote it: {Suggestion.Quote(Comment)}",
        ScalarKind.Null => "nothing",
        ScalarKind.Boolean => $"the boolean {Text}",
        ScalarKind.Number => $"the number {Suggestion.Shorten(Text)}",
        _ => $"the text '{Suggestion.Shorten(Text)}'",
    };

    public bool AsBoolean => Text is "true" or "True" or "TRUE";

    public override void Describe(StringBuilder into) =>
        into.Append(Kind == ScalarKind.Text && IsQuoted && Classify(Text) != ScalarKind.Text ? $"\"{Text}\"" : Kind == ScalarKind.Null ? "null" : Text);

    internal override void WriteJson(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case ScalarKind.Null:
                writer.WriteNullValue();
                break;
            case ScalarKind.Boolean:
                writer.WriteBooleanValue(AsBoolean);
                break;
            case ScalarKind.Number when decimal.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue(Text);
                break;
        }
    }

    private static ScalarKind Classify(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
        _ => NumberPattern().IsMatch(text) ? ScalarKind.Number : ScalarKind.Text,
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}

internal sealed record YamlSequence(SourcePosition Position, IReadOnlyList<YamlNode> Items) : YamlNode(Position)
{
    public override string KindInWords => Items.Count == 0 ? "an empty list" : "a list";

    public override void Describe(StringBuilder into)
    {
        into.Append('[');
        for (var i = 0; i < Items.Count; i++)
        {
            into.Append(i == 0 ? "" : ", ");
            Items[i].Describe(into);
        }

        into.Append(']');
    }

    internal override void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in Items)
        {
            item.WriteJson(writer);
        }

        writer.WriteEndArray();
    }
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

internal sealed record YamlMapping(SourcePosition Position, IReadOnlyList<YamlEntry> Entries) : YamlNode(Position)
{
    public override string KindInWords => "a mapping";

    public YamlNode? this[string key] => Entries.FirstOrDefault(e => e.Key.Text == key).Value;

    public override void Describe(StringBuilder into)
    {
        into.Append("{ ");
        for (var i = 0; i < Entries.Count; i++)
        {
            into.Append(i == 0 ? "" : ", ").Append(Entries[i].Key.Text).Append(": ");
            Entries[i].Value.Describe(into);
        }

        into.Append(" }");
    }

    internal override void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var entry in Entries)
        {
            writer.WritePropertyName(entry.Key.Text);
            entry.Value.WriteJson(writer);
        }

        writer.WriteEndObject();
    }
}
