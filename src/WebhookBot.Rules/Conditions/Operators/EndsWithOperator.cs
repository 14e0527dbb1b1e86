using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class EndsWithOperator : IOperator
{
    public string Name => "ends_with";

    public string Holds => "the text ends with the value";

    public ValueForm Takes => ValueForm.Shared("a text", "one");

    public ConditionExample Example => new("""ref: { ends_with: -rc }""", """{"ref":"v1.2-rc"}""", """{"ref":"v1.2"}""");

    public ValueTest? Compile(Operand operand) =>
        operand.Text() is { } part ? new TextTest(text => text.EndsWith(part, StringComparison.Ordinal)) : null;
}
