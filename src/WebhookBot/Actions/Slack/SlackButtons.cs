using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Slack;

/// <summary>The buttons below a message. So far only links.</summary>
internal static class SlackButtons
{
    // Limits of Block Kit: https://docs.slack.dev/reference/block-kit/block-elements/button-element
    private const int MaxButtons = 25;
    private const int MaxLabel = 75;
    private const int MaxUrl = 3_000;

    /// <summary>The block that holds them, or null when there are none; or what is wrong.</summary>
    /// <remarks>A button whose address came out empty or is none is left out: an alert without a runbook still has to be posted.</remarks>
    public static (JsonObject? Block, string? Problem) Of(JsonElement buttons)
    {
        if (!buttons.IsPresent())
        {
            return (null, null);
        }

        IEnumerable<JsonElement> listed = buttons.ValueKind == JsonValueKind.Array ? buttons.EnumerateArray() : [buttons];
        var elements = new JsonArray();
        foreach (var button in listed)
        {
            if (button.ValueKind != JsonValueKind.Object || button.TextAt("url") is not { } url)
            {
                return (null, $"the button {Redaction.Clean(button.GetRawText())} is not supported; a button is {{ url: …, label: … }}");
            }

            if (IsLink(url.Trim()) && elements.Count < MaxButtons)
            {
                elements.Add(Link(url.Trim(), Label(button.TextAt("label")), elements.Count));
            }
        }

        return elements.Count == 0 ? (null, null) : (new JsonObject { ["type"] = "actions", ["elements"] = elements }, null);
    }

    /// <summary>What is wrong with a button as a rule writes it; null when nothing is.</summary>
    public static ArgumentProblem? Problem(JsonElement button) =>
        button.ValueKind == JsonValueKind.Object && button.TextAt("url") is not null ? null
            : new(button.ValueKind == JsonValueKind.String && button.GetString() == "acknowledge" || button.At("silence").IsPresent()
                ? "buttons that acknowledge or silence are part of the language, but not of this version of the bot; a button is { url: …, label: … }"
                : "a button is { url: …, label: … }");

    private static bool IsLink(string url) =>
        url.Length <= MaxUrl && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    private static JsonObject Link(string url, string label, int index) => new()
    {
        ["type"] = "button",
        ["action_id"] = $"link-{index}",
        ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = label },
        ["url"] = url,
    };

    private static string Label(string? label)
    {
        var shown = string.Concat((label ?? "").Select(c => char.IsControl(c) || Redaction.IsInvisible(c) ? ' ' : c)).Trim();
        shown = shown.Length == 0 ? "Open" : shown;
        return shown.Length <= MaxLabel ? shown : shown[..(MaxLabel - 1)] + "…";
    }
}
