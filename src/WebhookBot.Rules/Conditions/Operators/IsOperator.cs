using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class IsOperator : IOperator
{
    public string Name => "is";

    public string Holds => "the field equals the value exactly; a star is a star";

    public ValueForm Takes => ValueForm.Shared("one value", "scalar");

    public ConditionExample Example => new("""label: { is: "release/*" }""", """{"label":"release/*"}""", """{"label":"release/1"}""");

    public ValueTest? Compile(Operand operand)
    {
        switch (operand.Value)
        {
            case YamlScalar { Kind: ScalarKind.Null }:
                return new AbsentTest();
            case YamlScalar scalar:
                return new EqualTest(scalar.ToJson(), scalar.Text);
            default:
                operand.Diagnostics.WrongKind(operand.Value, "one value");
                return null;
        }
    }
}
