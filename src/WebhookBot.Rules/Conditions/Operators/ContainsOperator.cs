using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class ContainsOperator : IOperator
{
    public string Name => "contains";

    public string Holds => "the text has the value in it; an array has the value as an element";

    public ValueForm Takes => ValueForm.Shared("one value", "one");

    public ConditionExample Example => new("""message: { contains: "[skip ci]" }""", """{"message":"typo [skip ci]"}""", """{"message":"typo"}""");

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Text() is not { } part)
        {
            return null;
        }

        var element = new EqualTest(((YamlScalar)operand.Value).ToJson(), part);
        return new ContainsTest(element, new TextTest(text => text.Contains(part, StringComparison.Ordinal)));
    }

    private sealed class ContainsTest(EqualTest element, TextTest text) : ValueTest
    {
        public override Truth Test(in FieldValue value, EvaluationScope scope) =>
            value.Kind == FieldKind.One && value.Element.ValueKind == JsonValueKind.String ? text.Test(value, scope) : element.Test(value, scope);
    }
}
