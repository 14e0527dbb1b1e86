using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class NotOperator : IOperator
{
    public string Name => "not";

    public string Holds => "the value, in any of its forms, does not hold";

    public ValueForm Takes => ValueForm.Shared("a value in any of its forms", "value");

    public ConditionExample Example => new("""state: { not: [open, draft] }""", """{"state":"closed"}""", """{"state":"draft"}""");

    public ValueTest? Compile(Operand operand) => operand.Tests.Compile(operand.Value) is { } inner ? new NotTest(inner) : null;

    private sealed class NotTest(ValueTest inner) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope) => inner.Test(value, scope).Negate();
    }
}
