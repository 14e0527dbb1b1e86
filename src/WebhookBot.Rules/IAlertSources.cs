using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>Which sources tell of alerts, and what they say.</summary>
public interface IAlertSources
{
    /// <summary>The names of the sources that do, in the rule set in force.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>The alerts that a payload of that source tells of; none when it tells of none.</summary>
    IReadOnlyList<Alert> Read(string source, JsonElement payload);

    /// <summary>What rules read as <c>alert</c> of an event of that source; null when it tells of none.</summary>
    Alert? View(string source, JsonElement payload, string? subject);
}
