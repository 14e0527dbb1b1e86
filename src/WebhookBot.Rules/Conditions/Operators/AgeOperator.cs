using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>What the two comparisons of a timestamp with the time of the delivery share.</summary>
internal abstract class AgeOperator(string name, string words, Func<TimeSpan, TimeSpan, bool> holds, ConditionExample example) : IOperator
{
    public string Name => name;

    public string Holds => $"the timestamp lies {words} the duration before the delivery was received";

    public ValueForm Takes => ValueForm.Duration;

    public ConditionExample Example => example;

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Text() is not { } text)
        {
            return null;
        }

        if (Durations.TryParse(text) is { } limit)
        {
            return new AgeTest(limit, holds);
        }

        operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadDuration, $"'{Suggestion.Shorten(text)}' is no duration; write 30s, 5m, 1h30m, 7d or 2w");
        return null;
    }

    private sealed class AgeTest(TimeSpan limit, Func<TimeSpan, TimeSpan, bool> holds) : ElementTest
    {
        public override Truth TestElement(JsonElement element, EvaluationScope scope) =>
            (Timestamps.TryRead(element) is { } time && holds(scope.Event.ReceivedAt - time, limit)).ToTruth();
    }
}
