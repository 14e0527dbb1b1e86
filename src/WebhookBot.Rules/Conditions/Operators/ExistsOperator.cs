using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class ExistsOperator : IOperator
{
    public string Name => "exists";

    public string Holds => "with `true`, the field is there and not null; with `false`, it is absent or null";

    public ValueForm Takes => ValueForm.Flag;

    public ConditionExample Example => new("""milestone: { exists: true }""", """{"milestone":{"number":1}}""", """{"milestone":null}""");

    public ValueTest? Compile(Operand operand) => operand.Boolean() is { } wanted ? new ExistsTest(wanted) : null;

    private sealed class ExistsTest(bool wanted) : ValueTest
    {
        private readonly AbsentTest _absent = new();

        public override Truth Test(in FieldValue value, EvaluationScope scope)
        {
            var absent = _absent.Test(value, scope);
            return wanted ? absent.Negate() : absent;
        }
    }
}
