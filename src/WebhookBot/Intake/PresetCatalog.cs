using System.Collections.Concurrent;
using WebhookBot.Intake.Presets;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Intake;

/// <summary>Every preset.</summary>
public static class PresetCatalog
{
    private static readonly ConcurrentDictionary<string, EventCatalog?> Catalogs = new(StringComparer.Ordinal);

    /// <summary>In the order of the reference page.</summary>
    public static IReadOnlyList<SourcePreset> All { get; } =
    [
        GitHubPreset.Create(),
        .. CodeHostPresets.All,
        .. BuildPresets.All,
        .. AlertPresets.All,
        .. CloudPresets.All,
        .. ShopPresets.All,
        .. TalkPresets.All,
        .. StandardsPresets.All,
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. All.Select(p => p.Name)];

    /// <summary>The preset of that name, or null.</summary>
    public static SourcePreset? Find(string? name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>The events that preset is known to send, or null. Read when they are first asked for.</summary>
    public static EventCatalog? EventsOf(string name) => Find(name) is { } preset ? Catalogs.GetOrAdd(preset.EventsOf ?? name, _ => Read(preset)) : null;

    /// <summary>What a source of that preset must and may say.</summary>
    public static PresetNeeds? NeedsOf(string name) => Find(name) is { } preset ? new PresetNeeds(preset.NeedsSecret, preset.Options) : null;

    private static EventCatalog? Read(SourcePreset preset)
    {
        var name = preset.EventsOf ?? preset.Name;
        if (Text($"{name}.events.txt") is not { } events)
        {
            return null;
        }

        var views = (preset.Alerts is null ? "" : EventCatalog.AlertView) + (preset.Items is { } items ? $"\nview items = {items}\n" : "");
        return EventCatalog.Parse([events, Text($"{name}.additions.txt") ?? "", views]);
    }

    private static string? Text(string resource)
    {
        using var stream = typeof(PresetCatalog).Assembly.GetManifestResourceStream(resource);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
