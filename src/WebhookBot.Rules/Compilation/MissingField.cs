using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Compilation;

/// <summary>Where a path leads in one of a rule's events.</summary>
internal sealed record FoundField(TriggerEvent Event, KnownField Field);

/// <summary>A path that leads nowhere in any of a rule's events: how to say so, and what may have been meant.</summary>
internal sealed class MissingField(FieldPath path, IReadOnlyList<FoundField> found)
{
    // Of every event's own way, the one that came furthest tells most.
    private readonly int _at = found.Max(f => f.Field.Steps);
    private readonly List<object> _steps = [.. path.Steps];

    /// <summary>True where a list has <c>length</c>.</summary>
    public bool IsOfTemplate { get; init; }

    /// <summary>False when another source, defined later, may send it under the name that all sources of alerts share.</summary>
    public bool IsCertain => _at > 0 || found.Any(f => !f.Event.IsOfFamily);

    /// <summary>What is said of a field that is known nowhere and allowed somewhere, when one that is known is spelled nearly so; else null.</summary>
    public string? Misspelt()
    {
        var guesses = found.Where(f => f.Field.Shape is not null).Select(f => f.Field.Guessed).ToList();
        if (guesses.Count == 0 || guesses.Exists(g => g is null) || guesses.Select(g => g!.Value.Step).Distinct().ToList() is not [var at] || _steps[at] is not string name)
        {
            return null;
        }

        List<object> Renamed(string other) => [.. _steps.Take(at), other, .. _steps.Skip(at + 1)];
        var near = Suggestion.Misspelt(name, guesses.SelectMany(g => g!.Value.Of.Names).Distinct().Where(n => IsThere(Renamed(n))));
        return near is null ? null : $"'{Suggestion.Shorten(path.Text)}' is no field of {Names()} that this version knows; the sender may have added it; did you mean '{Write(Renamed(near))}'?";
    }

    public string InWords()
    {
        var ends = found.Where(f => f.Field.Steps == _at).Select(f => f.Field.Last).Distinct().ToList();
        var before = _at == 0 ? "" : Write(_steps.Take(_at));
        if (_at > 0 && ends.All(e => e.Kind is not (ShapeKind.Structure or ShapeKind.Array)))
        {
            return $"'{before}' is {ends[0].InWords()} and has no fields, so there is no '{Suggestion.Shorten(path.Text)}'";
        }

        return $"{Subject()} no field '{Suggestion.Shorten(path.Text)}'{Meant(ends)}";
    }

    private string Subject() => $"{Names()} {(found.Select(f => f.Event.Name).Distinct().Count() == 1 ? "has" : "have")}";

    private string Names() => FieldChecks.NamesOf([.. found.Select(f => f.Event.Name).Distinct()]);

    private string Meant(List<FieldShape> ends)
    {
        if (_steps[_at] is not string name)
        {
            return "";
        }

        if (_at == 0 && Suffix() is { } suffix)
        {
            return $"; paths start in the payload: write '{suffix}'";
        }

        if (_at == 0 && Inside(name) is { } inside)
        {
            return $"; did you mean '{inside}'?";
        }

        var names = ends.Select(e => e.Fields).OfType<ObjectShape>().SelectMany(f => f.Names).Distinct();
        return Suggestion.Nearest(name, names.Where(n => IsThere(With(n)))) is { } near ? $"; did you mean '{Write(With(near))}'?" : "";
    }

    // The path with another name where it went astray.
    private List<object> With(string name) => [.. _steps.Take(_at), name, .. _steps.Skip(_at + 1)];

    private bool IsThere(List<object> steps) => found.Any(f => Shapes(f.Event).Any(s => KnownField.Find(s, steps).Shape is not null))
        || (IsOfTemplate && steps is [.. var list, "length"] && found.Any(f => KnownField.Find(f.Event.Payload, list).Shape?.Kind == ShapeKind.Array));

    private IEnumerable<FieldShape> Shapes(TriggerEvent e) => IsPlain ? [e.Payload] : [e.Payload, e.Seen];

    private bool IsPlain => path.Text.StartsWith("payload.", StringComparison.Ordinal);

    // pull_request.title, for github.event.pull_request.title.
    private string? Suffix() => Enumerable.Range(1, Math.Clamp(_steps.Count - 1, 0, 2))
        .Where(skipped => _steps[..skipped] is ["$" or "$json" or "body" or "event" or "data" or "webhook" or "request"] or ["github", "event"] or ["$json", "body"])
        .Select(skipped => _steps[skipped..])
        .Where(IsThere)
        .Select(Write)
        .FirstOrDefault();

    // title, for pull_request.title.
    private string? Inside(string name)
    {
        var tops = found.SelectMany(f => Shapes(f.Event)).Select(s => s.Fields).OfType<ObjectShape>().Distinct()
            .SelectMany(f => f.Names.Where(n => f.Find(n)!.Fields?.Names.Contains(name) == true))
            .Distinct();
        return tops.Select(top => (List<object>)[top, .. _steps])
            .Where(IsThere)
            .Select(Write)
            .FirstOrDefault();
    }

    private string Write(IEnumerable<object> taken)
    {
        var text = IsPlain ? "payload" : "";
        foreach (var step in taken)
        {
            text += step switch
            {
                int index => $"[{index}]",
                string name when name.AsSpan().IndexOfAny(". []") >= 0 => $"[\"{name}\"]",
                _ => text.Length == 0 ? $"{step}" : $".{step}",
            };
        }

        return Suggestion.Shorten(text);
    }
}
