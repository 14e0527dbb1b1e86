using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class NoneOperator : IOperator
{
    public string Name => "none";

    public string Holds => "no element of the array holds";

    public ValueForm Takes => ValueForm.Shared("a value in any of its forms", "value");

    public ConditionExample Example => new("""labels.name: { none: "wip*" }""", """{"labels":[{"name":"bug"}]}""", """{"labels":[{"name":"wip: parser"}]}""");

    public ValueTest? Compile(Operand operand) =>
        operand.Tests.Compile(operand.Value) is { } element ? new NoneTest(new QuantifierTest(element, all: false)) : null;

    private sealed class NoneTest(ValueTest any) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope) => any.Test(value, scope).Negate();
    }
}
