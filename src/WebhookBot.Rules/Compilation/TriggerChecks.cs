using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>An event that a rule is for.</summary>
/// <param name="Name">As the rule has it: <c>github.pull_request.opened</c>, or the star that covers it.</param>
/// <param name="Payload">What is known of its body.</param>
/// <param name="Seen">What paths without <c>payload.</c> see.</param>
/// <param name="IsNamed">True when the rule names it, false when a star covers it.</param>
/// <param name="HasFreeAction">True when its sender lets people choose the action.</param>
internal sealed record TriggerEvent(string Name, FieldShape Payload, FieldShape Seen, bool IsNamed, bool HasFreeAction = false)
{
    /// <summary>True for what events of several sources have in common.</summary>
    public bool IsOfFamily => Name.StartsWith($"{Alert.Family}.", StringComparison.Ordinal);
}

/// <summary>Finds the events that triggers stand for, and tells of those that do not exist.</summary>
internal sealed class TriggerChecks(EventSources sources, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, List<TriggerEvent>> _covered = new(StringComparer.Ordinal);

    /// <summary>All events of the triggers; null when they may be for events of which nothing is known.</summary>
    public List<TriggerEvent>? Events(IReadOnlyList<Trigger> triggers)
    {
        var events = new List<TriggerEvent>();
        var isComplete = triggers.Count > 0;
        foreach (var trigger in triggers)
        {
            var found = sources.Of(trigger.Source) is { } catalog ? Events(trigger, catalog) : [];
            events.AddRange(found);
            isComplete &= found.Count > 0;
        }

        return isComplete ? events : null;
    }

    private List<TriggerEvent> Events(Trigger trigger, EventCatalog catalog)
    {
        var parts = trigger.Pattern.Split('.', 3);
        var (type, action) = (parts[1], parts.Length > 2 ? parts[2] : null);
        if (!trigger.IsExact)
        {
            var covered = Covered(trigger, catalog);
            if (covered.Count == 0 || (type == "*" && action is not (null or "*") && covered.All(e => e.HasFreeAction)))
            {
                TellOfNothing(trigger, catalog, type, action);
            }

            return covered;
        }

        if (catalog.Find(type, action) is { } known)
        {
            if (known.HasFreeAction && action is not null && MeantAction(action, catalog.OfType(type)) is { } meant)
            {
                diagnostics.Warning(trigger.Position, DiagnosticCode.UnknownEvent,
                    $"'{Suggestion.Shorten(trigger.Pattern)}' is no event that this version knows; the sender may have added it; did you mean '{trigger.Source}.{type}.{meant}'?");
            }

            return [new TriggerEvent(trigger.Pattern, known.Payload, known.Seen, IsNamed: true)];
        }

        Tell(trigger, catalog, type, action);
        return [];
    }

    private List<TriggerEvent> Covered(Trigger trigger, EventCatalog catalog)
    {
        if (!_covered.TryGetValue(trigger.Pattern, out var covered))
        {
            var action = trigger.Pattern.Split('.').ElementAtOrDefault(2);
            covered =
            [
                .. catalog.Events
                    .Where(e => trigger.Fits($"{trigger.Source}.{(e.HasFreeAction ? $"{e.Type}.{action ?? "any"}" : e.Name)}"))
                    .Select(e => new TriggerEvent(trigger.Pattern, e.Payload, e.Seen, IsNamed: false, e.HasFreeAction))
                    .Distinct(),
            ];
            _covered[trigger.Pattern] = covered;
        }

        return covered;
    }

    // An action of several parts is another one in each part: subscription.paused is not subscription.resumed.
    private static string? MeantAction(string action, IReadOnlyList<EventShape> events)
    {
        var parts = action.Split('.');
        return events.Select(e => e.Action).OfType<string>().FirstOrDefault(known =>
            known.Split('.') is var others && others.Length == parts.Length
            && parts.Zip(others).Where(p => p.First != p.Second).ToList() is [var (written, meant)] && Suggestion.Misspelt(written, [meant]) is not null);
    }

    // What a sender says itself, where its events are called otherwise here.
    private static string? MeantType(string type, string? action, EventCatalog catalog) =>
        action is not null && catalog.Types.Contains($"{type}/{action}") ? $"{type}/{action}"
        : type is "alerting" or "triggered" or "alert" && catalog.Types.Contains("firing") ? "firing"
        : type is "ok" or "closed" or "recovered" && catalog.Types.Contains("resolved") ? "resolved"
        : Suggestion.Nearest(type, catalog.Types);

    private void TellOfNothing(Trigger trigger, EventCatalog catalog, string type, string? action)
    {
        if (type != "*")
        {
            Tell(trigger, catalog, type, action);
        }
        else
        {
            var near = Suggestion.Near(action ?? "", catalog.Events.Select(e => e.Action).OfType<string>().Distinct());
            diagnostics.Warning(trigger.Position, DiagnosticCode.UnknownEvent, $"no event that this version knows is '{Suggestion.Shorten(trigger.Pattern)}'{near}");
        }
    }

    private void Tell(Trigger trigger, EventCatalog catalog, string type, string? action)
    {
        var events = catalog.OfType(type);
        var whole = $"{trigger.Source}.{type}";
        if (catalog.IsComplete)
        {
            var near = Suggestion.For(trigger.Pattern, catalog.Events.Select(e => $"{trigger.Source}.{e.Name}"));
            diagnostics.Tell(trigger.Source is Alert.Family or BotEvents.Source or RuleSchedule.Source ? Severity.Error : Severity.Warning, trigger.Position, DiagnosticCode.UnknownEvent, $"no event is named '{Suggestion.Shorten(trigger.Pattern)}'{near}");
        }
        else if (events.Count == 0)
        {
            diagnostics.Warning(trigger.Position, DiagnosticCode.UnknownEvent,
                $"'{Suggestion.Shorten(whole)}' is no event that this version knows; the sender may have added it{(MeantType(type, action, catalog) is { } meant ? $"; did you mean '{trigger.Source}.{(catalog.Find(meant, action)?.Action is null ? meant : $"{meant}.{action}")}'?" : "")}");
        }
        else if (action is null)
        {
            diagnostics.Error(trigger.Position, DiagnosticCode.EventWithoutAction,
                $"'{whole}' never fires: its events have actions, and are matched by their whole name; write {whole}.* for all of them, or one such as {whole}.{events[0].Action}");
        }
        else if (events.All(e => e.Action is null))
        {
            diagnostics.Error(trigger.Position, DiagnosticCode.EventHasNoActions, $"'{Suggestion.Shorten(trigger.Pattern)}' never fires: {whole} has no actions; write {whole}");
        }
        else
        {
            diagnostics.Error(trigger.Position, DiagnosticCode.UnknownEventAction,
                $"'{Suggestion.Shorten(action)}' is no action of {whole}{Suggestion.For(action, events.Select(e => e.Action).OfType<string>())}");
        }
    }
}
