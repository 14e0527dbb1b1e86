using System.Text;
using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class CountOperator : IOperator
{
    public string Name => "count";

    public string Holds => "the number of elements holds: a number, or a mapping such as `{ gt: 3 }`; an absent field has none";

    public ValueForm Takes => ValueForm.Shared("a number, or a value in any of its forms", "value");

    public ConditionExample Example => new("""commits: { count: { gt: 3 } }""", """{"commits":[1,2,3,4]}""", """{"commits":[1,2,3]}""");

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Value is YamlScalar { Kind: ScalarKind.Text } text && OperatorSynonyms.Comparison(text.Text) is { } comparison)
        {
            operand.Diagnostics.Error(text.Position, DiagnosticCode.BadValue, $"a number of elements never equals {text.KindInWords}; write {comparison}");
            return null;
        }

        var isComparison = operand.Value is YamlMapping { Entries: [{ Key.Text: "gt" or "gte" or "lt" or "lte" }] };
        return operand.Tests.Compile(operand.Value) is { } count ? new CountTest(count, isComparison) : null;
    }

    private sealed class CountTest(ValueTest count, bool isComparison) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope)
        {
            if (value.Kind == FieldKind.Unknown || (value.IsTruncated && !isComparison))
            {
                return Truth.Unknown;
            }

            var atHand = Test(value.IsAbsent ? 0 : value.Elements().Count(element => element.ValueKind != JsonValueKind.Undefined), scope);
            if (!value.IsTruncated)
            {
                return atHand;
            }

            // There are at least as many as are at hand: a comparison that says the same of any larger number is decided.
            return atHand == Test(int.MaxValue, scope) ? atHand : Truth.Unknown;
        }

        private Truth Test(int elements, EvaluationScope scope) =>
            count.Test(FieldValue.One(JsonElement.Parse(Encoding.UTF8.GetBytes($"{elements}"))), scope);
    }
}
