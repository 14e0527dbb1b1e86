namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class StartsWithOperator : IOperator
{
    public string Name => "starts_with";

    public string Holds => "the text starts with the value";

    public ValueTest? Compile(Operand operand) =>
        operand.Text() is { } part ? new TextTest(text => text.StartsWith(part, StringComparison.Ordinal)) : null;
}
