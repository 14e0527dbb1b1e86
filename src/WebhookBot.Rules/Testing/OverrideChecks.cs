using System.Text.Json.Nodes;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Testing;

/// <summary>Tells of changes of a sample that name a field that neither the payload nor the event has: they would be put there in silence, where no rule looks.</summary>
public sealed class OverrideChecks(RuleSet rules, RuleVocabulary vocabulary)
{
    private readonly TriggerChecks? _known = vocabulary.Events is null
        ? null
        : new TriggerChecks(EventSources.Of(rules, vocabulary), new DiagnosticBag());

    /// <summary>What is to be said of that path; null when there is such a field, or when nothing is known of the event.</summary>
    public string? Missing(string eventName, JsonNode payload, string path)
    {
        if (_known is null || eventName.Split('.').Length < 2 || FieldPath.TryParse(path, out _) is not { Root: FieldRoot.Payload } field)
        {
            return null;
        }

        List<object> steps = [.. field.Steps.Select((s, i) => IndexIn(payload, field.Steps.Take(i), s))];
        if (Find(payload, steps, out _) || _known.Events([new Trigger(eventName, default!)]) is not [var e, ..])
        {
            return null;
        }

        var found = KnownField.Find(e.Payload, steps);
        return found.Shape is null ? new MissingField(field, [new FoundField(e, found)]).InWords() : null;
    }

    // The index of an element may be written as a name is.
    private static object IndexIn(JsonNode payload, IEnumerable<object> before, object step) =>
        step is string text && int.TryParse(text, out var index) && Find(payload, before, out var there) && there is JsonArray ? index : step;

    private static bool Find(JsonNode payload, IEnumerable<object> steps, out JsonNode? there)
    {
        there = payload;
        foreach (var step in steps)
        {
            var isThere = (there, step) switch
            {
                (JsonObject o, string name) => o.TryGetPropertyValue(name, out there),
                (JsonArray a, _) when int.TryParse($"{step}", out var i) && i >= 0 && i < a.Count => (there = a[i]) is var _,
                _ => false,
            };
            if (!isThere)
            {
                return false;
            }
        }

        return true;
    }
}
