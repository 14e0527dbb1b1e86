using System.Globalization;
using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>What the four comparisons of numbers share.</summary>
internal abstract class NumberOperator(string name, string words, Func<int, bool> holds, ConditionExample example) : IOperator
{
    public string Name => name;

    public string Holds => $"the number is {words} the value; several in one mapping make a range";

    public ValueForm Takes => ValueForm.AnyNumber;

    public ConditionExample Example => example;

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Value is YamlScalar { Kind: ScalarKind.Number } scalar
            && decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
        {
            return new NumberTest(limit, holds);
        }

        operand.Diagnostics.WrongKind(operand.Value, operand.Value is YamlScalar { Kind: ScalarKind.Number } ? "a number of less than 28 digits" : "a number");
        return null;
    }

    private sealed class NumberTest(decimal limit, Func<int, bool> holds) : ElementTest
    {
        // Numbers beyond a decimal (1e400 reads as infinity) are compared by their sign alone, which is all that matters then.
        public override Truth TestElement(JsonElement element, EvaluationScope scope)
        {
            if (element.ValueKind != JsonValueKind.Number)
            {
                return Truth.False;
            }

            return element.TryGetDecimal(out var seen)
                ? holds(seen.CompareTo(limit)).ToTruth()
                : holds(element.GetRawText()[0] == '-' ? -1 : 1).ToTruth();
        }
    }
}
