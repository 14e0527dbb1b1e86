using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>What a rule asks of a field's value.</summary>
internal abstract class ValueTest
{
    public abstract Truth Test(in FieldValue value, EvaluationScope scope);
}

/// <summary>A test of one element. Of an array, and of a path through one, any element will do.</summary>
internal abstract class ElementTest : ValueTest
{
    public abstract Truth TestElement(JsonElement element, EvaluationScope scope);

    public override Truth Test(in FieldValue value, EvaluationScope scope)
    {
        switch (value.Kind)
        {
            case FieldKind.Unknown:
                return Truth.Unknown;
            case FieldKind.Missing:
                return Truth.False;
            case FieldKind.One when value.Element.ValueKind != JsonValueKind.Array:
                return TestElement(value.Element, scope);
            default:
                var result = value.IsTruncated ? Truth.Unknown : Truth.False;
                foreach (var element in value.Elements())
                {
                    result = result.Or(TestElement(element, scope));
                    if (result == Truth.True)
                    {
                        break;
                    }
                }

                return result;
        }
    }
}
