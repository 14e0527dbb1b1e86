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
