using System.Text.Json;
using WebhookBot.Clients;

namespace WebhookBot.Admin;

/// <summary>The JSON object of a request to the API. What it does not know it refuses: a filter that is misspelt would let everything pass.</summary>
internal sealed class RequestJson
{
    private const int MostBytes = 64 * 1024;

    private readonly JsonElement _body;

    private RequestJson(JsonElement body) => _body = body;

    /// <summary>What is wrong with it, as far as it was read; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the body; without one it is an empty object.</summary>
    public static async Task<RequestJson> ReadAsync(HttpRequest request, string[] keys, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        var part = new byte[4096];
        for (int read; (read = await request.Body.ReadAsync(part, cancellation)) > 0 && buffer.Length <= MostBytes;)
        {
            buffer.Write(part, 0, read);
        }

        return buffer.Length > MostBytes ? Refuse($"more than {MostBytes} bytes") : Read(buffer.ToArray(), keys);
    }

    public string? Text(string key) => Value(key, "a text", JsonValueKind.String) is { } value ? Read(key, value) : null;

    public bool Flag(string key) => Value(key, "true or false", JsonValueKind.True, JsonValueKind.False) is { ValueKind: JsonValueKind.True };

    public DateTimeOffset? Time(string key)
    {
        var time = Text(key) is { } text ? ApiJson.ReadTime(text) : null;
        return time is null && _body.TryGetProperty(key, out var given) && given.ValueKind != JsonValueKind.Null
            ? Note<DateTimeOffset>($"'{key}' is a time such as 2026-01-05T12:00:00Z")
            : time;
    }

    public int? Number(string key, int least, int most) =>
        Value(key, "a number", JsonValueKind.Number) is not { } value ? null
        : value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : Note<int>($"'{key}' is a number from {least} to {most}");

    /// <summary>One text or a list of them.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        var value = Value(key, "a text or a list of texts", JsonValueKind.String, JsonValueKind.Array);
        if (value is not { ValueKind: JsonValueKind.Array } list)
        {
            return value is { } one && Read(key, one) is { } text ? [text] : [];
        }

        if (list.EnumerateArray().Any(t => t.ValueKind != JsonValueKind.String))
        {
            Problem ??= $"'{key}' is a text or a list of texts";
            return [];
        }

        return [.. list.EnumerateArray().Select(t => Read(key, t)).OfType<string>()];
    }

    public T? OneOf<T>(string key) where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var names = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToList();
        return names.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : Note<T>($"'{key}' is one of {string.Join(", ", names)}");
    }

    private static RequestJson Read(byte[] bytes, string[] keys)
    {
        try
        {
            var body = bytes.Length == 0 ? JsonElement.Parse("{}"u8) : JsonElement.Parse(bytes, JsonReading.Strict);
            return body.ValueKind != JsonValueKind.Object ? Refuse("the body is no JSON object")
                : body.EnumerateObject().FirstOrDefault(p => !keys.Contains(p.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } odd ? Refuse($"'{odd.Name}' is not one of {string.Join(", ", keys)}")
                : new RequestJson(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refuse($"the body is no JSON: {e.Message}");
        }
    }

    // Half of a surrogate pair is JSON and no text.
    private string? Read(string key, JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            Problem ??= $"'{key}' is no text that can be read";
            return null;
        }
    }

    private static RequestJson Refuse(string problem) => new(JsonElement.Parse("{}"u8)) { Problem = problem };

    private JsonElement? Value(string key, string what, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!_body.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (kinds.Contains(value.ValueKind))
        {
            return value;
        }

        Problem ??= $"'{key}' is {what}";
        return null;
    }

    private T? Note<T>(string problem) where T : struct
    {
        Problem ??= problem;
        return null;
    }
}
