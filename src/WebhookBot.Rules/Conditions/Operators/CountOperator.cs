using System.Text.Json;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class CountOperator : IOperator
{
    public string Name => "count";

    public string Holds => "the number of elements holds: a number, or a mapping such as `{ gt: 3 }`; an absent field has none";

    public ValueTest? Compile(Operand operand) => operand.Tests.Compile(operand.Value) is { } count ? new CountTest(count) : null;

    private sealed class CountTest(ValueTest count) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope)
        {
            if (value.Kind == FieldKind.Unknown || value.IsTruncated)
            {
                return Truth.Unknown;
            }

            var elements = value.IsAbsent ? 0 : value.Elements().Count();
            return count.Test(FieldValue.One(JsonElement.Parse(System.Text.Encoding.UTF8.GetBytes($"{elements}"))), scope);
        }
    }
}
