namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class NoneOperator : IOperator
{
    public string Name => "none";

    public string Holds => "no element of the array holds";

    public ValueTest? Compile(Operand operand) =>
        operand.Tests.Compile(operand.Value) is { } element ? new NoneTest(new QuantifierTest(element, all: false)) : null;

    private sealed class NoneTest(ValueTest any) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope) => any.Test(value, scope).Negate();
    }
}
