using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>Which event is meant by a name that lacks its source: <c>pull_request.opened</c>, as the sender and other tools write it.</summary>
internal static class EventMend
{
    /// <summary><c>; write github.pull_request.opened</c>; null when no known sender has such an event.</summary>
    public static string? Of(string name, RuleVocabulary vocabulary)
    {
        var parts = name.Replace('/', '.').Split('.', 2);
        foreach (var preset in vocabulary.Presets)
        {
            if (vocabulary.Events?.Invoke(preset)?.OfType(parts[0]) is { Count: > 0 } events)
            {
                return $"; write {preset}.{parts[0]}{Action(events, parts.Length > 1 ? parts[1] : null)}";
            }
        }

        return null;
    }

    /// <summary>What is said of a schedule that stands where an event does.</summary>
    public static string? OfSchedule(string text) =>
        RuleSchedule.TryParse(text, TimeZoneInfo.Utc, out _) is null ? null : $"; a schedule is written on: {{ schedule: \"{Suggestion.Shorten(text)}\" }}";

    private static string Action(IReadOnlyList<EventShape> events, string? action)
    {
        var known = events.Select(e => e.Action).OfType<string>().ToList();
        return known.Count == 0 ? "" : action is not null && known.Contains(action) ? $".{action}" : ".*";
    }
}
