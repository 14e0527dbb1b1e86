using System.Text;
using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>
/// Texts out of foreign JSON. A JSON string may hold half of a surrogate pair, for which <see cref="JsonElement.GetString"/>
/// throws; here it becomes U+FFFD.
/// </summary>
public static class JsonText
{
    private const int LongestSeen = 200;

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
        var raw = value.GetRawText();
        return raw.Length <= LongestSeen ? raw : string.Concat(raw.AsSpan(0, LongestSeen), "…");
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
