namespace WebhookBot.Rules.Language;

/// <summary>A key of a mapping in a rule file.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Takes">What stands behind it.</param>
/// <param name="Description">For the editor and the reference page.</param>
/// <param name="IsRequired">Whether a mapping without it is an error.</param>
public sealed record KeyDescriptor(string Name, ValueForm Takes, string Description, bool IsRequired = false);

/// <summary>The keys of one kind of mapping: the compiler refuses all others, the schema completes them, the reference page lists them.</summary>
/// <param name="Name">What the mapping is called: <c>rule</c>.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Keys">Its keys, in the order of the reference page.</param>
public sealed record KeyTable(string Name, string Description, IReadOnlyList<KeyDescriptor> Keys)
{
    /// <summary>How keys go together.</summary>
    internal IReadOnlyList<KeyRelation> Relations { get; init; } = [];

    /// <summary>The names of all keys.</summary>
    public IReadOnlyList<string> Names { get; } = [.. Keys.Select(k => k.Name)];

    /// <summary>The key of that name, or null.</summary>
    public KeyDescriptor? Find(string name) => Keys.FirstOrDefault(k => k.Name == name);

    /// <summary>The names of those that must be there.</summary>
    public IReadOnlyList<string> Required { get; } = [.. Keys.Where(k => k.IsRequired).Select(k => k.Name)];
}

/// <summary>How keys of a mapping go together. A key may be of a mapping below: <c>verify.secret</c>, or stand for a value: <c>preset=travis</c>.</summary>
internal abstract record KeyRelation
{
    /// <summary>One of them must be there.</summary>
    public sealed record AtLeastOne(params string[] Keys) : KeyRelation;

    /// <summary>Two of them must not be there together.</summary>
    public sealed record AtMostOne(params string[] Keys) : KeyRelation;

    /// <summary>With the first, the second must be there.</summary>
    public sealed record Needs(string Key, string Other) : KeyRelation;

    /// <summary>The key is there exactly when the text of the other has that in it.</summary>
    public sealed record Announces(string Key, string Other, string Pattern) : KeyRelation;
}
