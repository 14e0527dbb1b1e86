using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>A field's condition that is to hold, or not to hold.</summary>
internal sealed class Literal
{
    public Literal(FieldCondition field, bool isPositive)
    {
        Field = field;
        IsPositive = isPositive;
        Steps = [.. field.Path.Fact is { } fact ? [fact] : Array.Empty<object>(), .. field.Path.Steps];
        Names = [.. Steps.OfType<string>()];
        Path = WrittenText.Of(field.Path);
        Key = WrittenText.Of(field);
        Value = new WrittenValue(field.Written);
    }

    public FieldCondition Field { get; }

    public bool IsPositive { get; }

    /// <summary>The keys and indexes of its path; the name of a fact among them.</summary>
    public IReadOnlyList<object> Steps { get; }

    /// <summary>The keys alone.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Its path; the same however it is written.</summary>
    public string Path { get; }

    /// <summary>Path and value: two that say the same have the same.</summary>
    public string Key { get; }

    public WrittenValue Value { get; }

    /// <summary>In the words of the rule file.</summary>
    public string Words => IsPositive ? $"'{Field.Words}'" : $"not '{Field.Words}'";

    public bool SaysTheSame(Literal other) => IsPositive == other.IsPositive && Key == other.Key;
}

/// <summary>The ways in which a condition can hold: each a list of fields' conditions that hold together.</summary>
internal static class Alternatives
{
    private const int Most = 16;

    /// <summary>None for a condition that never holds; null when there are too many to look at.</summary>
    public static IReadOnlyList<IReadOnlyList<Literal>>? Of(Condition condition, bool holds = true) => condition switch
    {
        FieldCondition field => [[new Literal(field, holds)]],
        Not not => Of(not.Part, !holds),
        Combination many when many is AllOf == holds => Together(many.Parts.Select(p => Of(p, holds))),
        Combination many => Either(many.Parts.Select(p => Of(p, holds))),
        _ => null,
    };

    /// <summary>Those of several conditions that hold together.</summary>
    public static IReadOnlyList<IReadOnlyList<Literal>>? Together(IEnumerable<IReadOnlyList<IReadOnlyList<Literal>>?> parts)
    {
        List<IReadOnlyList<Literal>> result = [[]];
        foreach (var part in parts)
        {
            if (part is null || part.Count * result.Count > Most)
            {
                return null;
            }

            result = [.. result.SelectMany(r => part.Select(p => (IReadOnlyList<Literal>)[.. r, .. p]))];
        }

        return result;
    }

    private static List<IReadOnlyList<Literal>>? Either(IEnumerable<IReadOnlyList<IReadOnlyList<Literal>>?> parts)
    {
        var result = new List<IReadOnlyList<Literal>>();
        foreach (var part in parts)
        {
            if (part is null || part.Count + result.Count > Most)
            {
                return null;
            }

            result.AddRange(part);
        }

        return result;
    }
}
