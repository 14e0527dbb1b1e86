namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class AnyOperator : IOperator
{
    public string Name => "any";

    public string Holds => "at least one element of the array holds";

    public ValueTest? Compile(Operand operand) =>
        operand.Tests.Compile(operand.Value) is { } element ? new QuantifierTest(element, all: false) : null;
}
