using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class AllOperator : IOperator
{
    public string Name => "all";

    public string Holds => "every element of the array holds, and there is at least one";

    public ValueForm Takes => ValueForm.Shared("a value in any of its forms", "value");

    public ConditionExample Example => new("""files: { all: ["docs/**", "**/*.md"] }""", """{"files":["docs/a.png","README.md"]}""", """{"files":[]}""");

    public ValueTest? Compile(Operand operand) =>
        operand.Tests.Compile(operand.Value) is { } element ? new QuantifierTest(element, all: true) : null;
}
