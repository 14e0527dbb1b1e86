namespace WebhookBot.Rules.Knowledge;

/// <summary>
/// Knowledge of events as text, one fact a line, so that a change of it reads well in a review:
/// <code>
/// event push
///   - PushEvent              an event without actions
/// event issues
///   opened IssuesEvent       an action, and what the payload is
///   * anything               any action
/// type IssuesEvent : Event   an object, which has another's fields too
///   issue Issue
///   labels Label[]           an array
///   properties text{}        an object with free keys
///   number number            also text, boolean, time, anything
///   state text|open|closed   a text that has few values, these and perhaps others
///   ref text:refs/:heads/    a text that always begins with refs/, and often with refs/heads/
///   * text                   whatever else it has
/// view alert AlertView       a view that all events have besides
/// view items = alerts        a view of a field
/// </code>
/// </summary>
internal sealed class EventCatalogText
{
    private readonly Dictionary<string, ObjectShape> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FieldShape> _shapes = new(StringComparer.Ordinal)
    {
        ["text"] = FieldShape.Text,
        ["number"] = FieldShape.Number,
        ["boolean"] = FieldShape.Boolean,
        ["time"] = FieldShape.Time,
        ["anything"] = FieldShape.Anything,
    };

    private readonly Dictionary<string, EventShape> _events = new(StringComparer.Ordinal);
    private readonly List<(string Name, Func<FieldShape, FieldShape?> Find)> _views = [];
    private readonly HashSet<string> _described = new(StringComparer.Ordinal);

    public EventCatalog Read(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            ReadText(text);
        }

        return _types.Keys.Except(_described).FirstOrDefault() is { } missing
            ? throw new FormatException($"no line describes the type '{missing}'")
            : new EventCatalog(_events.Values.Select(WithViews));
    }

    private void ReadText(string text)
    {
        string? of = null;
        ObjectShape? type = null;
        foreach (var span in text.AsSpan().EnumerateLines())
        {
            var line = span.ToString();
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case [] or [['#', ..], ..]:
                    break;
                case ["event", var name] when line[0] != ' ':
                    (of, type) = (name, null);
                    break;
                case ["view", var name, "=", var field] when line[0] != ' ':
                    _views.Add((name, payload => payload.Fields?.Find(field)));
                    break;
                case ["view", var name, var shape] when line[0] != ' ':
                    _views.Add((name, _ => Shape(shape)));
                    break;
                case ["type", var name, .. var rest] when line[0] != ' ':
                    type = Describe(name, rest, line);
                    break;
                case [var field, var shape] when line[0] == ' ' && type is not null:
                    type.Add(field, Shape(shape));
                    break;
                case [var action, var shape] when line[0] == ' ' && of is not null:
                    var known = new EventShape(of, action == "-" ? null : action, Shape(shape));
                    _events[known.Name] = known;
                    break;
                default:
                    throw new FormatException($"'{line}' is not understood");
            }
        }
    }

    // Views stand in front of the payload's own fields, as they do when an event is read, and payload. reaches behind them.
    private EventShape WithViews(EventShape e)
    {
        if (_views.Count == 0 || e.Payload.Fields is null)
        {
            return e;
        }

        var seen = new ObjectShape(e.Payload.Fields.Name);
        seen.Extend(e.Payload.Fields);
        foreach (var (name, find) in _views)
        {
            if (find(e.Payload) is { } view)
            {
                seen.Add(name, view);
            }
        }

        return e with { Seen = FieldShape.Of(seen) };
    }

    private ObjectShape Describe(string name, string[] rest, string line)
    {
        _described.Add(name);
        var type = Type(name);
        switch (rest)
        {
            case []:
                break;
            case [":", var other]:
                type.Extend(Type(other));
                break;
            default:
                throw new FormatException($"'{line}' is not understood");
        }

        return type;
    }

    private ObjectShape Type(string name)
    {
        if (!_types.TryGetValue(name, out var type))
        {
            _types[name] = type = new ObjectShape(name);
        }

        return type;
    }

    private FieldShape Shape(string words)
    {
        if (!_shapes.TryGetValue(words, out var shape))
        {
            shape = words switch
            {
                [.. var element, '[', ']'] => FieldShape.ArrayOf(Shape(element)),
                [.. var element, '{', '}'] => FieldShape.MappingTo(Shape(element)),
                _ when words.Split('|') is ["text", .. { Length: > 0 } values] => FieldShape.OneOf(values),
                _ when words.Split(':') is ["text", var always, var often] => FieldShape.TextBeginning(always, often),
                _ => FieldShape.Of(Type(words)),
            };
            _shapes[words] = shape;
        }

        return shape;
    }
}
