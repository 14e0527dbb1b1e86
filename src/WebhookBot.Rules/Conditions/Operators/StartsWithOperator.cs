using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class StartsWithOperator : IOperator
{
    public string Name => "starts_with";

    public string Holds => "the text starts with the value";

    public ValueForm Takes => ValueForm.Shared("a text", "one");

    public ConditionExample Example => new("""ref: { starts_with: refs/tags/ }""", """{"ref":"refs/tags/v1.2"}""", """{"ref":"refs/heads/main"}""");

    public ValueTest? Compile(Operand operand) =>
        operand.Text() is { } part ? new TextTest(text => text.StartsWith(part, StringComparison.Ordinal)) : null;
}
