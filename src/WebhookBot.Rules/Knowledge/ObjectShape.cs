namespace WebhookBot.Rules.Knowledge;

/// <summary>The fields of a kind of object, by name. One kind may hold itself: a team has a parent, which is a team.</summary>
public sealed class ObjectShape
{
    private readonly Dictionary<string, FieldShape> _own = new(StringComparer.Ordinal);
    private ObjectShape? _base;
    private FieldShape? _others;

    internal ObjectShape(string name) => Name = name;

    /// <summary>The sender's word for it, or its library's; for people, never for comparing.</summary>
    public string Name { get; }

    /// <summary>The names of all fields that have one of their own.</summary>
    public IEnumerable<string> Names => _base is null ? _own.Keys : _own.Keys.Union(_base.Names);

    /// <summary>True when it may have fields that are not named.</summary>
    internal bool IsOpen => _others is not null || _base?.IsOpen == true;

    /// <summary>What each of several kinds may have. A field that is one thing here and another there may be anything.</summary>
    internal static ObjectShape Union(string name, IReadOnlyCollection<ObjectShape> kinds)
    {
        var union = new ObjectShape(name);
        foreach (var field in kinds.SelectMany(k => k.Names).Distinct())
        {
            var shapes = kinds.Where(k => k.Names.Contains(field)).Select(k => k.Find(field)!).Distinct().ToList();
            union.Add(field, shapes is [var one] ? one : shapes.TrueForAll(s => s.Kind == ShapeKind.Text) ? FieldShape.Text : FieldShape.Anything);
        }

        if (kinds.Any(k => k.IsOpen))
        {
            union.Add("*", FieldShape.Anything);
        }

        return union;
    }

    /// <summary>The field of that name, or what fields that are not named hold, or null.</summary>
    public FieldShape? Find(string name)
    {
        FieldShape? others = null;
        for (var shape = this; shape is not null; shape = shape._base)
        {
            if (shape._own.TryGetValue(name, out var field))
            {
                return field;
            }

            others ??= shape._others;
        }

        return others;
    }

    internal void Add(string name, FieldShape field)
    {
        if (name == "*")
        {
            _others = field;
        }
        else
        {
            _own[name] = field;
        }
    }

    internal void Extend(ObjectShape other) => _base = other;
}
