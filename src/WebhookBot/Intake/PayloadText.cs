using System.Text.Json;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Intake;

/// <summary>Reads texts out of foreign payloads, in which anything may be missing or of another kind.</summary>
internal static class PayloadText
{
    /// <summary>The text at the end of the path; null when there is none.</summary>
    public static string? At(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? JsonText.Read(element) : null;
    }
}
