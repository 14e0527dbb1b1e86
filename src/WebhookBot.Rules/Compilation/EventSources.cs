using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>What is known of the events of the sources that rules name: those that files define, and those that are the bot's own.</summary>
internal sealed class EventSources(RuleVocabulary vocabulary, IReadOnlyDictionary<string, SourceDefinition> sources, IEnumerable<Rule> rules)
{
    private readonly Lazy<EventCatalog> _schedules = new(() => OwnEvents.OfSchedules(rules));

    // What is sent by a source of which nothing is known may be an alert as well.
    private readonly Lazy<EventCatalog> _alerts = new(() =>
        sources.Values.Where(s => s.Preset is not null).Select(s => s.Event is null ? vocabulary.Events?.Invoke(s.Preset!) : null).ToList() is { Count: > 0 } known && known.TrueForAll(c => c is not null)
            ? OwnEvents.OfAlertsFrom(known.SelectMany(c => c!.Events))
            : OwnEvents.OfAlerts);

    public RuleVocabulary Vocabulary => vocabulary;

    /// <summary>Those of a rule set.</summary>
    public static EventSources Of(RuleSet rules, RuleVocabulary vocabulary) =>
        new(vocabulary, rules.Sources.ToDictionary(s => s.Name, StringComparer.Ordinal), rules.Rules);

    /// <summary>The events of that source; null when nothing is known of them.</summary>
    public EventCatalog? Of(string source) => source switch
    {
        Alert.Family => _alerts.Value,
        BotEvents.Source => OwnEvents.OfBot,
        RuleSchedule.Source => _schedules.Value,
        _ => PresetOf(source) is { } preset ? vocabulary.Events?.Invoke(preset) : null,
    };

    // A single file that is being edited may lack its sources; then a name means the preset of that name.
    private string? PresetOf(string source) =>
        sources.TryGetValue(source, out var definition)
            ? definition.Event is null ? definition.Preset : null
            : vocabulary.Presets.Contains(source) ? source : null;
}
