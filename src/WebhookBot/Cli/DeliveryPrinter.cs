using System.Text.Json.Nodes;
using WebhookBot.Admin;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>Prints a delivery, as the API gives it, for a person.</summary>
internal static class DeliveryPrinter
{
    /// <summary>How many of the rules that were not looked at are named when nobody asks for all.</summary>
    public const int MostPassedOver = 20;

    /// <param name="delivery">What the API answers, or what stands for it.</param>
    /// <param name="mostPassedOver">How many of the rules that were not looked at are named.</param>
    /// <param name="tellsWhen">Whether it says when a delivery came that somebody else has sent.</param>
    public static void Print(JsonNode delivery, int mostPassedOver, bool tellsWhen = false)
    {
        var name = string.Join(' ', new[] { delivery["event"], delivery["id"] }.OfType<JsonNode>());
        Line($"{name}{After(": ", delivery["status"])}{(delivery["subject"] is { } subject ? $" ({subject})" : "")}");
        if (tellsWhen && delivery["id"] is not null && delivery["received_at"] is { } came)
        {
            Line($"  came at {came}");
        }

        if (delivery["replay_of"] is { } origin)
        {
            Line($"  a replay of {origin}");
        }

        if (delivery["replays"] is JsonArray { Count: > 0 } replays)
        {
            Line($"  replayed in {string.Join(", ", replays)}");
        }

        if (delivery["problem"] is { } problem)
        {
            Line($"  {problem}");
        }

        if (delivery["rule_set"] is { } decided && delivery["rule_set_in_force"] is { } inForce && (string?)decided != (string?)inForce)
        {
            Line($"  decided by rule set {decided}; in force is {inForce}");
        }

        foreach (var line in Items(delivery["rules"]).SelectMany(r => ExplanationText.Lines(DeliveryJson.ReadRule(r))))
        {
            Line($"  {line}");
        }

        PrintPassedOver([.. Items(delivery["not_looked_at"])], mostPassedOver);

        foreach (var action in Items(delivery["actions"]))
        {
            Line($"  → {action["rule"]}: {NameOf(action)} {action["arguments"]?.ToJsonString(ApiJson.Options)}{After(": ", action["status"])}{After("   ", action["problem"])}{After("   ", action["omitted"])}");
            foreach (var attempt in Items(action["attempts"]))
            {
                Line($"      {attempt["at"]} {attempt["outcome"]}: {attempt["detail"]}{After("; again at ", attempt["next_at"])}");
            }
        }

        if (delivery["note"] is { } note)
        {
            Line($"  {note}");
        }
    }

    /// <summary>What an action is called, with the name of its step when it has one.</summary>
    public static string NameOf(JsonNode action) => action["step"] is { } step ? $"{action["action"]} ({step})" : $"{action["action"]}";

    private static void PrintPassedOver(List<JsonNode> rules, int most)
    {
        foreach (var rule in rules.Take(most))
        {
            Line($"  - {rule["rule"]} not looked at   {rule["why"]}   {rule["at"]}");
        }

        if (most > 0 && rules.Count > most)
        {
            Line($"  - {rules.Count - most} more rules not looked at; --all names them");
        }
    }

    private static string After(string separator, JsonNode? text) => text is null ? "" : $"{separator}{text}";

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];

    private static void Line(string text) => Console.WriteLine(ExplanationText.Harmless(text));
}
