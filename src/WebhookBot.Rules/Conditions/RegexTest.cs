using System.Text.Json;

namespace WebhookBot.Rules.Conditions;

/// <summary>
/// A text in which a regular expression is found. The linear engine still has patterns that take long (counted repetitions over long
/// texts), so there is a time limit and a cap on the text; what is not decided within them is unknown. A pattern that keeps running into the
/// limit is not tried any more, as long as the rule set lives: else each event would cost the limit again.
/// </summary>
internal sealed class RegexTest(RegexPattern pattern) : ElementTest
{
    internal const int LongestText = 64 * 1024;

    private const string TooLong = "the text is longer than 64 KB, and its beginning does not decide";
    private const string TooSlow = "the pattern ran into its time limit of 50 ms";
    private const string SwitchedOff = "the pattern kept running into its time limit of 50 ms and is not tried any more until the rules are read anew";

    private const int MostTries = 3;

    // One text that runs into the limit weighs as much as ten that do not, so that a sender cannot keep a slow pattern going with harmless
    // texts in between; five in a row are the end of it.
    private const int Strike = 10;
    private const int MostStrikes = 5 * Strike;

    private int _strikes;

    private bool IsSwitchedOff => Volatile.Read(ref _strikes) >= MostStrikes;

    public override Truth TestElement(JsonElement element, EvaluationScope scope)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return Truth.False;
        }

        if (scope.GivenUp.Contains(this))
        {
            return scope.CannotTell(IsSwitchedOff ? SwitchedOff : TooSlow);
        }

        if (IsSwitchedOff)
        {
            return scope.CannotTell(SwitchedOff);
        }

        var text = JsonText.Read(element);
        var found = Search(text.AsSpan(0, Math.Min(text.Length, LongestText)));
        if (found is null)
        {
            Interlocked.Add(ref _strikes, Strike);
            scope.GivenUp.Add(this);
            return scope.CannotTell(IsSwitchedOff ? SwitchedOff : TooSlow);
        }

        if (Volatile.Read(ref _strikes) is > 0 and < MostStrikes)
        {
            Interlocked.Decrement(ref _strikes);
        }

        return found == false && text.Length > LongestText ? scope.CannotTell(TooLong) : found.Value.ToTruth();
    }

    // The limit is the wall clock's: on a busy machine the simplest pattern can run into it, and a rule must not be lost to that.
    private bool? Search(ReadOnlySpan<char> text)
    {
        bool? found = null;
        for (var i = 0; i < MostTries && found is null; i++)
        {
            found = pattern.IsFoundIn(text);
        }

        return found;
    }
}
