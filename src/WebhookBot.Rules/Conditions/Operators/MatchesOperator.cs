using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

internal sealed class MatchesOperator : IOperator
{
    private const int LongestPattern = 1_000;

    public string Name => "matches";

    public string Holds => "the regular expression is found in the text; linear time, no look-around, no back-references";

    public ValueForm Takes => ValueForm.Shared("a regular expression", "one");

    public ConditionExample Example => new("""title: { matches: "^(fix|feat):", ignore_case: true }""", """{"title":"Fix: the till"}""", """{"title":"the fix: later"}""");

    public IReadOnlyList<string> Options => ["ignore_case"];

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Text() is not { } text)
        {
            return null;
        }

        if (text.Length > LongestPattern)
        {
            operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadPattern, $"a regular expression has at most {LongestPattern} characters");
            return null;
        }

        if (RegexPattern.Read(text, operand.BooleanOption("ignore_case"), out var problem) is { } pattern)
        {
            return new RegexTest(pattern);
        }

        operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadPattern, $"this regular expression cannot be used: {problem}");
        return null;
    }
}
