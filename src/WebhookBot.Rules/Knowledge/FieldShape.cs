namespace WebhookBot.Rules.Knowledge;

/// <summary>What kind of JSON value a field holds. Null is always allowed beside it.</summary>
public enum ShapeKind
{
    /// <summary>Nothing is known of it, and nothing is said about it.</summary>
    Anything,

    /// <summary>An object with fields that are known.</summary>
    Structure,

    /// <summary>An object whose keys are free: labels, annotations.</summary>
    Mapping,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A time: an RFC 3339 text, or Unix seconds as a number.</summary>
    Time,
}

/// <summary>What is known of the values at one place of a payload. Immutable.</summary>
public sealed class FieldShape
{
    private FieldShape(ShapeKind kind, FieldShape? element = null, ObjectShape? fields = null)
    {
        Kind = kind;
        Element = element;
        Fields = fields;
    }

    /// <summary>Anything may stand there.</summary>
    public static FieldShape Anything { get; } = new(ShapeKind.Anything);

    internal static FieldShape Text { get; } = new(ShapeKind.Text);

    internal static FieldShape Number { get; } = new(ShapeKind.Number);

    internal static FieldShape Boolean { get; } = new(ShapeKind.Boolean);

    internal static FieldShape Time { get; } = new(ShapeKind.Time);

    /// <summary>The kind of value.</summary>
    public ShapeKind Kind { get; }

    /// <summary>What an array or a mapping holds; null for all others.</summary>
    public FieldShape? Element { get; }

    /// <summary>What a text always begins with, and what often follows then; null when that is not known.</summary>
    internal (string Always, string Often)? Beginning { get; private init; }

    /// <summary>The values that a text is known to have, of which there are few; null when any may stand there.</summary>
    internal IReadOnlyList<string>? Values { get; private init; }

    /// <summary>The fields of an object; null for all others.</summary>
    public ObjectShape? Fields { get; }

    internal static FieldShape TextBeginning(string always, string often) => new(ShapeKind.Text) { Beginning = (always, often) };

    internal static FieldShape OneOf(IReadOnlyList<string> values) => new(ShapeKind.Text) { Values = values };

    internal static FieldShape ArrayOf(FieldShape element) => new(ShapeKind.Array, element);

    internal static FieldShape MappingTo(FieldShape element) => new(ShapeKind.Mapping, element);

    internal static FieldShape Of(ObjectShape fields) => new(ShapeKind.Structure, fields: fields);

    /// <summary><c>a text</c>, <c>a list of objects</c>.</summary>
    internal string InWords() => Kind switch
    {
        ShapeKind.Structure => "an object",
        ShapeKind.Mapping => "a mapping",
        ShapeKind.Array => Element!.Kind switch
        {
            ShapeKind.Structure or ShapeKind.Mapping => "a list of objects",
            ShapeKind.Array or ShapeKind.Anything => "a list",
            _ => $"a list of {Element.InWords()[2..]}s",
        },
        ShapeKind.Text => "a text",
        ShapeKind.Number => "a number",
        ShapeKind.Boolean => "a boolean",
        ShapeKind.Time => "a time",
        _ => "anything",
    };
}
