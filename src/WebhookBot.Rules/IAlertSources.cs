using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>Which sources tell of alerts, and what they say.</summary>
public interface IAlertSources
{
    /// <summary>The names of the sources that do, in the rule set in force.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>The alerts that a payload of that source tells of; none when it tells of none.</summary>
    IReadOnlyList<Alert> Read(string source, JsonElement payload);
}

/// <summary>One alert, in the words that all sources share.</summary>
public sealed record Alert
{
    /// <summary>What is wrong.</summary>
    public required string Name { get; init; }

    /// <summary>False when it has been resolved.</summary>
    public required bool IsFiring { get; init; }

    /// <summary>What makes it the same alert as before, within its source.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>How bad, in the source's own words; null when it does not say.</summary>
    public string? Severity { get; init; }

    /// <summary>One line for people; null when there is none.</summary>
    public string? Summary { get; init; }

    /// <summary>Where to look at it; null when it does not say.</summary>
    public string? Url { get; init; }

    /// <summary>Since when; null when it does not say.</summary>
    public string? StartedAt { get; init; }

    /// <summary>Its labels, a JSON object; undefined when it has none.</summary>
    public JsonElement Labels { get; init; }
}
