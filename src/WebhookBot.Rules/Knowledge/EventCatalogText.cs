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
///   ref text:refs/:heads/    a text that always begins with refs/, and often with refs/heads/
///   * text                   whatever else it has
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
    private readonly HashSet<string> _described = new(StringComparer.Ordinal);

    public EventCatalog Read(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            ReadText(text);
        }

        return _types.Keys.Except(_described).FirstOrDefault() is { } missing
            ? throw new FormatException($"no line describes the type '{missing}'")
            : new EventCatalog(_events.Values);
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
                _ when words.Split(':') is ["text", var always, var often] => FieldShape.TextBeginning(always, often),
                _ => FieldShape.Of(Type(words)),
            };
            _shapes[words] = shape;
        }

        return shape;
    }
}
