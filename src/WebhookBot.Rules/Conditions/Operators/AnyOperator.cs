using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class AnyOperator : IOperator
{
    public string Name => "any";

    public string Holds => "at least one element of the array holds";

    public ValueForm Takes => ValueForm.Shared("a value in any of its forms", "value");

    public ConditionExample Example => new("""files: { any: "docs/**" }""", """{"files":["docs/a.md","src/b.cs"]}""", """{"files":["src/b.cs"]}""");

    public ValueTest? Compile(Operand operand) =>
        operand.Tests.Compile(operand.Value) is { } element ? new QuantifierTest(element, all: false) : null;
}
