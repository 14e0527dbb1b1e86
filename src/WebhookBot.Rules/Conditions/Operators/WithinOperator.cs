using System.Text.Json;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class WithinOperator : IOperator
{
    public string Name => "within";

    public string Holds => "the timestamp lies in the weekly window, by the wall clock of `zone` (UTC when there is none)";

    public IReadOnlyList<string> Options => ["zone"];

    public ValueTest? Compile(Operand operand)
    {
        var text = operand.Text();
        var zone = ZoneName.Read(operand.Siblings["zone"], DiagnosticCode.BadTimeWindow, operand.Diagnostics);
        if (text is null || zone is null)
        {
            return null;
        }

        if (TimeWindow.TryParse(text, zone, out var problem) is { } window)
        {
            return new WindowTest(window);
        }

        operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadTimeWindow, problem!);
        return null;
    }

    private sealed class WindowTest(TimeWindow window) : ElementTest
    {
        public override Truth TestElement(JsonElement element, EvaluationScope scope) =>
            (Timestamps.TryRead(element) is { } time && window.Contains(time)).ToTruth();
    }
}
