using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>Any of several tests.</summary>
internal sealed class AnyTest(IReadOnlyList<ValueTest> tests) : ValueTest
{
    public IReadOnlyList<ValueTest> Tests => tests;

    public override Truth Test(in FieldValue value, EvaluationScope scope)
    {
        var result = Truth.False;
        foreach (var test in tests)
        {
            result = result.Or(test.Test(value, scope));
            if (result == Truth.True)
            {
                break;
            }
        }

        return result;
    }
}

/// <summary>All of several tests: the operators of one mapping, whatever they ask of.</summary>
internal sealed class EveryTest(IReadOnlyList<ValueTest> tests) : ValueTest
{
    public override Truth Test(in FieldValue value, EvaluationScope scope)
    {
        var result = Truth.True;
        foreach (var test in tests)
        {
            result = result.And(test.Test(value, scope));
            if (result == Truth.False)
            {
                break;
            }
        }

        return result;
    }
}

/// <summary>The operators of one mapping that ask of an element: of an array the same element has to hold for all of them.</summary>
internal sealed class EveryElementTest(IReadOnlyList<ElementTest> tests) : ElementTest
{
    public override Truth TestElement(JsonElement element, EvaluationScope scope)
    {
        var result = Truth.True;
        foreach (var test in tests)
        {
            result = result.And(test.TestElement(element, scope));
        }

        return result;
    }
}

/// <summary>The field is absent or null. Of a path through an array: no element is there.</summary>
internal sealed class AbsentTest : ValueTest
{
    public override Truth Test(in FieldValue value, EvaluationScope scope) => value.Kind switch
    {
        FieldKind.Unknown => Truth.Unknown,
        FieldKind.Many => value.Elements().All(FieldValue.IsNothing) ? (value.IsTruncated ? Truth.Unknown : Truth.True) : Truth.False,
        _ => value.IsAbsent.ToTruth(),
    };
}

/// <summary>Exactly this text. A plain number or boolean of the rule file also equals a text that is written the same.</summary>
internal sealed class EqualTest : ElementTest
{
    private readonly JsonElement _expected;
    private readonly string _text;

    public EqualTest(JsonElement expected, string text)
    {
        _expected = expected;
        _text = text;
    }

    /// <summary>The expected text, when only a text can be equal; else null.</summary>
    public string? OnlyText => _expected.ValueKind == JsonValueKind.String ? _text : null;

    public override Truth TestElement(JsonElement element, EvaluationScope scope) => element.ValueKind switch
    {
        JsonValueKind.String => TextEquals(element, _text).ToTruth(),
        JsonValueKind.Number => (_expected.ValueKind == JsonValueKind.Number && NumbersEqual(element)).ToTruth(),
        JsonValueKind.True or JsonValueKind.False => (element.ValueKind == _expected.ValueKind).ToTruth(),
        _ => Truth.False,
    };

    internal static bool TextEquals(JsonElement element, string text)
    {
        try
        {
            return element.ValueEquals(text);
        }
        catch (InvalidOperationException)
        {
            return JsonText.Read(element) == text;
        }
    }

    private bool NumbersEqual(JsonElement element) =>
        element.TryGetDecimal(out var seen) && _expected.TryGetDecimal(out var expected)
            ? seen == expected
            : element.TryGetDouble(out var d) && _expected.TryGetDouble(out var e) && d.Equals(e);
}

/// <summary>A text that fits a pattern. Its time grows with pattern times text, so a text that is too long is left undecided.</summary>
internal sealed class GlobTest(Glob glob) : ElementTest
{
    private const int LongestText = 64 * 1024;

    public override Truth TestElement(JsonElement element, EvaluationScope scope) => element.ValueKind != JsonValueKind.String
        ? Truth.False
        : JsonText.Read(element) is { Length: <= LongestText } text ? glob.Matches(text).ToTruth() : scope.CannotTell("the text is longer than 64 KB");
}

/// <summary>A test of texts; whatever is no text does not hold.</summary>
internal sealed class TextTest(Func<string, bool> holds) : ElementTest
{
    public override Truth TestElement(JsonElement element, EvaluationScope scope) =>
        (element.ValueKind == JsonValueKind.String && holds(JsonText.Read(element))).ToTruth();
}
