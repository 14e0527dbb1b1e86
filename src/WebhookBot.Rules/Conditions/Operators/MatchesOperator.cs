using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>
/// Regular expressions in linear time. The non-backtracking engine still has patterns that take long (counted repetitions over long
/// texts), so there is a time limit and a cap on the text; what is not decided within them is unknown.
/// </summary>
internal sealed class MatchesOperator : IOperator
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);
    private const int MostTries = 3;
    private const int LongestText = 64 * 1024;
    private const int LongestPattern = 1_000;

    public string Name => "matches";

    public string Holds => "the regular expression is found in the text; linear time, no look-around, no back-references";

    public ValueForm Takes => ValueForm.Shared("a regular expression", "one");

    public ConditionExample Example => new("""title: { matches: "^(fix|feat):", ignore_case: true }""", """{"title":"Fix: the till"}""", """{"title":"the fix: later"}""");

    public IReadOnlyList<string> Options => ["ignore_case"];

    public ValueTest? Compile(Operand operand)
    {
        if (operand.Text() is not { } pattern)
        {
            return null;
        }

        if (pattern.Length > LongestPattern)
        {
            operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadPattern, $"a regular expression has at most {LongestPattern} characters");
            return null;
        }

        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
            | (operand.BooleanOption("ignore_case") ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new RegexTest(new Regex(pattern, options, TimeLimit));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            var why = e is NotSupportedException ? "look-around, back-references and very large repetitions are not supported, so that matching takes linear time" : e.Message;
            operand.Diagnostics.Error(operand.Value.Position, DiagnosticCode.BadPattern, $"this regular expression cannot be used: {why}");
            return null;
        }
    }

    private sealed class RegexTest(Regex regex) : ElementTest
    {
        public override Truth TestElement(JsonElement element, EvaluationScope scope)
        {
            if (element.ValueKind != JsonValueKind.String)
            {
                return Truth.False;
            }

            if (scope.GivenUp.Contains(this))
            {
                return Truth.Unknown;
            }

            var text = JsonText.Read(element);
            var found = Search(text.AsSpan(0, Math.Min(text.Length, LongestText)));
            if (found is null)
            {
                scope.GivenUp.Add(this);
                return Truth.Unknown;
            }

            return found == false && text.Length > LongestText ? Truth.Unknown : found.Value.ToTruth();
        }

        // The limit is the wall clock's: on a busy machine the simplest pattern can run into it, and a rule must not be lost to that.
        private bool? Search(ReadOnlySpan<char> text)
        {
            for (var i = 0; i < MostTries; i++)
            {
                try
                {
                    return regex.IsMatch(text);
                }
                catch (RegexMatchTimeoutException)
                {
                }
            }

            return null;
        }
    }
}
