namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class EndsWithOperator : IOperator
{
    public string Name => "ends_with";

    public string Holds => "the text ends with the value";

    public ValueTest? Compile(Operand operand) =>
        operand.Text() is { } part ? new TextTest(text => text.EndsWith(part, StringComparison.Ordinal)) : null;
}
