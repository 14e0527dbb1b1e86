using System.Globalization;
using System.Text.Json;

namespace WebhookBot.Clients;

/// <summary>Reads foreign JSON, in which anything may be missing or of another kind.</summary>
public static class JsonReading
{
    /// <summary>Refuses a key that comes twice in one object: who looks first and who looks last would read different values.</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>The element at the end of the path, or an undefined one.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    /// <summary>The text there, a number or boolean as text; null when there is none.</summary>
    public static string? TextAt(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path).AsText();

    /// <summary>The whole number there, also when it is written as text; null when there is none.</summary>
    public static long? NumberAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        long.TryParse(element.At(path).AsText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>True only when it says so.</summary>
    public static bool IsTrueAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        string.Equals(element.TextAt(path), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>One text or a list of them, trimmed, without empty ones.</summary>
    public static IReadOnlyList<string> TextsAt(this JsonElement element, params ReadOnlySpan<string> path)
    {
        var found = element.At(path);
        var texts = found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Select(AsText) : [found.AsText()];
        return [.. texts.Where(t => !string.IsNullOrWhiteSpace(t)).Select(t => t!.Trim())];
    }

    /// <summary>Whether there is anything but null.</summary>
    public static bool IsPresent(this JsonElement element) => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    // Half of a surrogate pair is valid JSON and no text.
    private static string? WholeString(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? AsText(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => WholeString(element),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => null,
    };
}
