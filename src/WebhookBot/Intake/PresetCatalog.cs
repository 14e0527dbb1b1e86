using WebhookBot.Intake.Presets;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Intake;

/// <summary>Every preset.</summary>
public static class PresetCatalog
{
    /// <summary>In the order of the reference page.</summary>
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        GitHubPreset.Create(),
        AlertmanagerPreset.Create(),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. All.Select(p => p.Name)];

    /// <summary>The preset of that name, or null.</summary>
    public static SourcePreset? Find(string? name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>The events that preset is known to send, or null.</summary>
    public static EventCatalog? EventsOf(string name) => Find(name)?.Events?.Value;
}
