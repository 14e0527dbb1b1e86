using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class WithinOperator : IOperator
{
    public string Name => "within";

    public string Holds => "the timestamp lies in the weekly window, by the wall clock of `zone` (UTC when there is none)";

    public ValueForm Takes => ValueForm.Text("days and times of the week", TimeWindow.Pattern, "Mon-Fri 09:00-17:00", "Sat,Sun 00:00-24:00", "22:00-06:00");

    public ConditionExample Example => new("""created_at: { within: "Mon-Fri 09:00-17:00", zone: Europe/Oslo }""", """{"created_at":"2026-01-05T08:30:00Z"}""", """{"created_at":"2026-01-05T16:30:00Z"}""");

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
