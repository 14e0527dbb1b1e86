using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

internal enum FieldKind
{
    /// <summary>The path leads nowhere.</summary>
    Missing,

    /// <summary>One JSON value, which may be null or an array.</summary>
    One,

    /// <summary>What a path through an array found.</summary>
    Many,

    /// <summary>It cannot be told what is there.</summary>
    Unknown,
}

/// <summary>What a path found in an event.</summary>
internal readonly struct FieldValue
{
    private readonly List<JsonElement>? _many;

    private FieldValue(FieldKind kind, JsonElement element = default, List<JsonElement>? many = null, bool isTruncated = false, string? reason = null)
    {
        Kind = kind;
        Element = element;
        _many = many;
        IsTruncated = isTruncated;
        Reason = reason;
    }

    public FieldKind Kind { get; }

    /// <summary>The value of <see cref="FieldKind.One"/>.</summary>
    public JsonElement Element { get; }

    /// <summary>There are more elements than are at hand.</summary>
    public bool IsTruncated { get; }

    /// <summary>Why it is unknown.</summary>
    public string? Reason { get; }

    public static FieldValue Missing => new(FieldKind.Missing);

    public static FieldValue One(JsonElement element, bool truncated = false) => new(FieldKind.One, element, isTruncated: truncated);

    public static FieldValue Many(List<JsonElement> elements, bool truncated) => new(FieldKind.Many, many: elements, isTruncated: truncated);

    public static FieldValue Unknown(string reason) => new(FieldKind.Unknown, reason: reason);

    /// <summary>True for an absent field and for JSON null.</summary>
    public bool IsAbsent => Kind == FieldKind.Missing || (Kind == FieldKind.One && IsNothing(Element));

    /// <summary>Whether that element is null, or lacks what was asked for.</summary>
    public static bool IsNothing(JsonElement element) => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>
    /// The value itself, the elements of an array, or what a path through arrays found, arrays among it opened; undefined for each element that the
    /// path leads nowhere in.
    /// </summary>
    public IEnumerable<JsonElement> Elements()
    {
        if (Kind == FieldKind.One)
        {
            return Element.ValueKind == JsonValueKind.Array ? Element.EnumerateArray() : [Element];
        }

        return _many is null ? [] : _many.SelectMany(static e => e.ValueKind == JsonValueKind.Array ? (IEnumerable<JsonElement>)e.EnumerateArray() : [e]);
    }
}
