using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;

namespace WebhookBot.Intake;

/// <summary>Bodies of <c>application/x-www-form-urlencoded</c>, and the JSON that rules read in their place.</summary>
internal static class FormBody
{
    public const string ContentType = "application/x-www-form-urlencoded";

    private const int MaxFields = 2000;

    /// <summary>The fields in order, unescaped.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(ReadOnlySpan<byte> body)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var pair in new QueryStringEnumerable(Encoding.UTF8.GetString(body)))
        {
            if (fields.Count < MaxFields)
            {
                fields.Add(new(Decode(pair.EncodedName.Span), Decode(pair.EncodedValue.Span)));
            }
        }

        return fields;
    }

    /// <summary>
    /// The form as a JSON object of texts, a field with several values as a list; or, for senders that put JSON into the field
    /// <c>payload</c>, that JSON.
    /// </summary>
    /// <exception cref="FormatException">It is no form, or has too many fields.</exception>
    public static ReadOnlyMemory<byte> ToJson(IncomingRequest request)
    {
        if (!request.IsForm)
        {
            return request.Body;
        }

        if (!Utf8.IsValid(request.Body.Span))
        {
            throw new FormatException("the form is not UTF-8");
        }

        var form = request.Form;
        if (form.Count is 0 or MaxFields)
        {
            throw new FormatException(form.Count == 0 ? "the form is empty" : $"the form has {MaxFields} fields or more");
        }

        return form is [{ Key: "payload", Value: var payload }] ? Encoding.UTF8.GetBytes(payload) : Write(form);
    }

    /// <summary>Those fields as a JSON object.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var group in fields.GroupBy(f => f.Key, f => f.Value, StringComparer.Ordinal))
            {
                // Twilio signs a value that comes twice as if it came once.
                var values = group.Distinct(StringComparer.Ordinal).ToArray();
                writer.WritePropertyName(group.Key);
                JsonSerializer.Serialize(writer, values is [var one] ? one : values as object);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A sample as a sender sends it that puts JSON into the field <c>payload</c>.</summary>
    public static PackedSample PackPayload(ReadOnlyMemory<byte> sample) => Pack([KeyValuePair.Create("payload", Encoding.UTF8.GetString(sample.Span))]);

    /// <summary>A sample as a sender of plain forms sends it.</summary>
    public static PackedSample PackFields(ReadOnlyMemory<byte> sample)
    {
        using var fields = JsonDocument.Parse(sample);
        return Pack(fields.RootElement.EnumerateObject().Select(f => KeyValuePair.Create(f.Name, f.Value.ToString())));
    }

    private static PackedSample Pack(IEnumerable<KeyValuePair<string, string>> fields) =>
        new(ContentType, Encoding.ASCII.GetBytes(string.Join('&', fields.Select(f => $"{WebUtility.UrlEncode(f.Key)}={WebUtility.UrlEncode(f.Value)}"))));

    private static string Decode(ReadOnlySpan<char> text) => WebUtility.UrlDecode(text.ToString());
}
