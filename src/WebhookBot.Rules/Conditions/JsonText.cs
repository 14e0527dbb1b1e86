using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>
/// Texts out of foreign JSON. A JSON string may hold half of a surrogate pair, for which <see cref="JsonElement.GetString"/>
/// throws; here it becomes U+FFFD.
/// </summary>
public static class JsonText
{
    private const int LongestSeen = 200;

    /// <summary>For JSON that people read and nobody puts into HTML: only what JSON itself wants escaped is.</summary>
    public static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a JSON string.</summary>
    public static string Read(JsonElement text)
    {
        try
        {
            return text.GetString() ?? "";
        }
        catch (InvalidOperationException) when (text.ValueKind == JsonValueKind.String)
        {
            return Unescape(text.GetRawText().AsSpan(1..^1));
        }
    }

    /// <summary>The name of a property.</summary>
    public static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property)));
        }
    }

    /// <summary>The value of that property; of several the last, as <see cref="JsonElement.TryGetProperty(string, out JsonElement)"/> has it.</summary>
    public static bool TryGetProperty(JsonElement from, ReadOnlySpan<byte> utf8Name, out JsonElement value)
    {
        try
        {
            return from.TryGetProperty(utf8Name, out value);
        }
        catch (InvalidOperationException) when (from.ValueKind == JsonValueKind.Object)
        {
            // Some name in the object holds half of a pair, not necessarily the one that is looked for.
            var wanted = Encoding.UTF8.GetString(utf8Name);
            value = from.EnumerateObject().LastOrDefault(p => Name(p) == wanted).Value;
            return value.ValueKind != JsonValueKind.Undefined;
        }
    }

    /// <summary>Copies a value, so that whoever reads the copy need not be careful; <see cref="JsonElement.WriteTo"/> throws for such texts too.</summary>
    public static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(Name(property));
                    Write(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Read(value));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>A scalar as text: strings as they are, numbers and booleans as written, null as nothing.</summary>
    public static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Read(value),
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    /// <summary>The value as short JSON text, for explanations.</summary>
    public static string Seen(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return "nothing";
        }

        // Only as much is copied as is shown: an element may be as large as its payload.
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Length <= LongestSeen)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var end = LongestSeen;
        while ((raw[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(raw[..end]) + "…";
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), System.Globalization.NumberStyles.HexNumber, null));
                i += 4;
            }
            else
            {
                text.Append(raw[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var c => c });
            }
        }

        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (isPair)
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }

        return text.ToString();
    }
}
