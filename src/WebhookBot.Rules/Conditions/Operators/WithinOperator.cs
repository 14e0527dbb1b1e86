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
        var zone = Zone(operand);
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

    private static TimeZoneInfo? Zone(Operand operand)
    {
        if (operand.Siblings["zone"] is not { } node)
        {
            return TimeZoneInfo.Utc;
        }

        if (Shape.Text(node, "an IANA time zone", operand.Diagnostics) is not { } name)
        {
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        operand.Diagnostics.Error(node.Position, DiagnosticCode.BadTimeWindow, $"'{Suggestion.Shorten(name)}' is no time zone of this machine; write it as Europe/Oslo");
        return null;
    }

    private sealed class WindowTest(TimeWindow window) : ElementTest
    {
        public override Truth TestElement(JsonElement element, EvaluationScope scope) =>
            (Timestamps.TryRead(element) is { } time && window.Contains(time)).ToTruth();
    }
}
