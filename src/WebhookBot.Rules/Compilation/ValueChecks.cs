using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Conditions.Operators;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Compilation;

/// <summary>What a path finds in one of the rule's events.</summary>
/// <param name="Shape">What stands at its end.</param>
/// <param name="IsSpread">True when it went through an array, so that there are several of them.</param>
internal sealed record SeenShape(FieldShape Shape, bool IsSpread)
{
    public bool IsMany => IsSpread || Shape.Kind is ShapeKind.Array or ShapeKind.Anything;

    /// <summary>What a test of one value gets to see.</summary>
    public SeenShape Element => new(Shape.Kind == ShapeKind.Array ? Shape.Element! : Shape, false);
}

/// <summary>Tells of values and operators that can never hold for the type of their field. What fits in one of the rule's events is left alone.</summary>
internal sealed class ValueChecks(string field, DiagnosticBag diagnostics)
{
    public void Check(YamlNode value, IReadOnlyList<SeenShape> seen)
    {
        switch (value)
        {
            case YamlScalar scalar:
                CheckEquality(scalar, seen);
                break;
            case YamlSequence list:
                foreach (var item in list.Items.OfType<YamlScalar>())
                {
                    CheckEquality(item, seen);
                }

                break;
            case YamlMapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    CheckOperator(entry, seen);
                }

                break;
        }
    }

    private void CheckOperator(YamlEntry entry, IReadOnlyList<SeenShape> seen)
    {
        switch (entry.Key.Text)
        {
            case "is":
                CheckEquality(entry.Value as YamlScalar, seen, isExact: true);
                break;
            case "not":
                Check(entry.Value, seen);
                break;
            case "any":
                Check(entry.Value, Elements(seen));
                break;
            case "all" or "none":
                Require(entry, seen, static s => s.IsMany, "a list", entry.Key.Text == "none" ? "; write 'not'" : "");
                Check(entry.Value, Elements(seen));
                break;
            case "count" when entry.Value is YamlScalar { Kind: ScalarKind.Text } text && OperatorSynonyms.Comparison(text.Text) is not null:
                break;
            case "count":
                Require(entry, seen, static s => s.IsMany, "a list");
                new ValueChecks($"count of {field}", diagnostics).Check(entry.Value, [new SeenShape(FieldShape.Number, false)]);
                break;
            case "contains" when seen.All(s => s.IsMany):
                CheckEquality(entry.Value as YamlScalar, Elements(seen), isExact: true);
                break;
            case "contains":
                Require(entry, seen, static s => s.IsMany || s.Shape.Kind is ShapeKind.Text or ShapeKind.Time, "a text or a list");
                break;
            case "matches" or "starts_with" or "ends_with":
                Require(entry, Elements(seen), static s => s.Shape.Kind is ShapeKind.Text or ShapeKind.Time, "a text");
                break;
            case "gt" or "gte" or "lt" or "lte":
                // A time may be a number, of seconds.
                Require(entry, Elements(seen), static s => s.Shape.Kind is ShapeKind.Number or ShapeKind.Time, "a number");
                break;
            case "older_than" or "newer_than" or "within":
                Require(entry, Elements(seen), static s => s.Shape.Kind is ShapeKind.Time or ShapeKind.Number, "a time");
                break;
        }
    }

    private void Require(YamlEntry entry, IReadOnlyList<SeenShape> seen, Func<SeenShape, bool> fits, string wanted, string mend = "")
    {
        if (!seen.Any(s => s.Shape.Kind is ShapeKind.Anything or ShapeKind.Array || fits(s)))
        {
            diagnostics.Error(entry.Key.Position, DiagnosticCode.WrongFieldType, $"'{entry.Key.Text}' asks for {wanted}, and '{field}' is {seen[0].Shape.InWords()}{mend}");
        }
    }

    private void CheckEquality(YamlScalar? value, IReadOnlyList<SeenShape> seen, bool isExact = false)
    {
        if (value is null or { Kind: ScalarKind.Null })
        {
            return;
        }

        var elements = Elements(seen);
        var isPattern = !isExact && value.Kind == ScalarKind.Text && Glob.IsPattern(value.Text);
        if (!elements.Any(s => CanEqual(s.Shape.Kind, isPattern ? ScalarKind.Text : value.Kind)))
        {
            diagnostics.Error(value.Position, DiagnosticCode.WrongFieldType, $"'{field}' is {seen[0].Shape.InWords()}, {Never(elements[0].Shape.Kind, value)}");
        }
        else if (elements.All(s => s.Shape.Beginning is { } b && !CanBegin(value.Text, b.Always, isPattern)))
        {
            var (always, often) = elements[0].Shape.Beginning!.Value;
            diagnostics.Warning(value.Position, DiagnosticCode.WrongFieldType, $"'{field}' always begins with {always}, so it never equals {value.KindInWords}; write {Suggestion.Shorten(always + often + value.Text)}");
        }
        else if (!isPattern && elements.All(s => s.Shape.Values?.Contains(value.Text, StringComparer.Ordinal) == false)
            && Suggestion.Misspelt(value.Text, elements.SelectMany(s => s.Shape.Values!)) is { } meant)
        {
            // A sender may have values that are not known here, so only what looks like one that is known is told.
            diagnostics.Warning(value.Position, DiagnosticCode.WrongFieldType, $"'{field}' is not known ever to be '{Suggestion.Shorten(value.Text)}'; did you mean '{meant}'?");
        }
    }

    private static bool CanBegin(string text, string beginning, bool isPattern)
    {
        var sure = isPattern ? text.AsSpan(0, text.IndexOf('*', StringComparison.Ordinal)) : text;
        return sure.StartsWith(beginning, StringComparison.Ordinal) || (isPattern && beginning.AsSpan().StartsWith(sure, StringComparison.Ordinal));
    }

    // As the tests have it: a plain number or boolean equals a text that is written the same, and not the other way round.
    private static bool CanEqual(ShapeKind field, ScalarKind value) => field switch
    {
        ShapeKind.Number => value == ScalarKind.Number,
        ShapeKind.Boolean => value == ScalarKind.Boolean,
        ShapeKind.Time => value != ScalarKind.Boolean,
        ShapeKind.Structure or ShapeKind.Mapping => false,
        _ => true,
    };

    private static string Never(ShapeKind field, YamlScalar value) => field switch
    {
        ShapeKind.Structure or ShapeKind.Mapping => "which equals no value; ask for one of its fields",
        ShapeKind.Boolean => $"which never equals {value.KindInWords}; write true or false{(value.IsQuoted ? ", without quotes" : "")}",
        ShapeKind.Number when OperatorSynonyms.Comparison(value.Text) is { } comparison => $"which never equals {value.KindInWords}; write {comparison}",
        ShapeKind.Number when value.IsQuoted => $"which never equals {value.KindInWords}; numbers have no quotes",
        _ => $"which never equals {value.KindInWords}",
    };

    private static List<SeenShape> Elements(IReadOnlyList<SeenShape> seen) => [.. seen.Select(s => s.Element).Distinct()];
}
