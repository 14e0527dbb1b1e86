using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>Prints a delivery, as the API gives it, for a person.</summary>
internal static class DeliveryPrinter
{
    public static void Print(JsonNode delivery, string? onlyRule)
    {
        Line($"{delivery["event"]} {delivery["id"]}: {delivery["status"]}{(delivery["subject"] is { } subject ? $" ({subject})" : "")}");
        if (delivery["problem"] is { } problem)
        {
            Line($"  {problem}");
        }

        foreach (var rule in Items(delivery["rules"]).Where(r => onlyRule is null || (string?)r["rule"] == onlyRule))
        {
            var (mark, verdict) = (bool?)rule["matched"] switch { true => ('✓', "matches"), false => ('✗', "does not match"), _ => ('?', "cannot be decided") };
            Line($"  {mark} {rule["rule"]} {verdict}");
            Explain(rule["explanation"]!, 2);
        }

        foreach (var action in Items(delivery["actions"]).Where(a => onlyRule is null || (string?)a["rule"] == onlyRule))
        {
            Line($"  → {action["rule"]}: {action["action"]} {action["arguments"]!.ToJsonString(Admin.ApiJson.Options)}: {action["status"]}");
            foreach (var attempt in Items(action["attempts"]))
            {
                Line($"      {attempt["at"]} {attempt["outcome"]}: {attempt["detail"]}{(attempt["next_at"] is { } next ? $"; again at {next}" : "")}");
            }
        }
    }

    private static void Explain(JsonNode explanation, int depth)
    {
        var parts = Items(explanation["parts"]).ToList();
        var isTop = depth == 2 && parts.Count > 0 && (string?)explanation["condition"] == "all of";
        if (!isTop)
        {
            var mark = (string?)explanation["result"] switch { "true" => '✓', "false" => '✗', _ => '?' };
            var condition = (string?)explanation["condition"] == "all of" && parts.Count == 0 ? "(no conditions)" : (string?)explanation["condition"];
            var seen = explanation["seen"] is { } value ? $"   saw {value}" : "";
            var because = explanation["because"] is { } why ? $"   because {why}" : "";
            Line($"{new string(' ', depth * 2)}{mark} {condition}{seen}{because}   {explanation["at"]}");
        }

        foreach (var part in parts)
        {
            Explain(part, isTop ? depth : depth + 1);
        }
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];

    private static void Line(string text) => Console.WriteLine(ExplanationText.Harmless(text));
}
