using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Conditions;

/// <summary>
/// A regular expression in linear time. The machine that matches so takes milliseconds to build, a thousand times as long as reading the
/// pattern; <see cref="Read"/> builds it only where reading cannot tell that it can be built, and else the first match does.
/// </summary>
internal sealed class RegexPattern
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>Half of what the engine takes (10,000 nodes); a pattern that may need more is built to know.</summary>
    private const int SurelySmall = 5_000;

    private const int MostKept = 4096;

    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    // A rule set that is read anew takes over what the one in force has built; what no rule set holds is let go.
    private static readonly ConcurrentDictionary<(string, bool), WeakReference<RegexPattern>> Held = new();

    // The engine keeps each state it has met. With many of them some patterns ((a|.c|..a){30}b) stall it: one match went on for minutes, took
    // gigabytes, and looked at no time limit. A machine that is made anew does not, so the states are forgotten long before.
    private const int MostRead = 4_000;
    private const int MostGroups = 8;

    private readonly string _text;
    private readonly bool _ignoreCase;
    private readonly bool _isForgetful;
    private Regex? _machine;
    private int _read;

    private RegexPattern(string text, bool ignoreCase)
    {
        _text = text;
        _ignoreCase = ignoreCase;
        _isForgetful = text.Contains("){", StringComparison.Ordinal) || text.Count('(') > MostGroups;
    }

    internal bool IsBuilt => _machine is not null;

    /// <summary>Whether it is found in the text; null when that is not decided within <see cref="TimeLimit"/>.</summary>
    public bool? IsFoundIn(ReadOnlySpan<char> text)
    {
        if ((_machine ??= TryBuild()) is not { } machine)
        {
            return null;
        }

        try
        {
            var found = machine.IsMatch(text);
            if (_isForgetful && Interlocked.Add(ref _read, text.Length) > MostRead)
            {
                Forget();
            }

            return found;
        }
        catch (RegexMatchTimeoutException)
        {
            Forget();
            return null;
        }
    }

    private void Forget()
    {
        _machine = null;
        Volatile.Write(ref _read, 0);
    }

    /// <summary>The pattern; or null, and why it cannot be used.</summary>
    public static RegexPattern? Read(string text, bool ignoreCase, out string? problem)
    {
        problem = null;
        if (Held.TryGetValue((text, ignoreCase), out var held) && held.TryGetTarget(out var known))
        {
            return known;
        }

        var pattern = new RegexPattern(text, ignoreCase);
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), TimeLimit);
        }
        catch (ArgumentException e)
        {
            problem = e.Message;
            return null;
        }

        if (!IsSurelyLinear(text) && (pattern._machine = pattern.TryBuild()) is null)
        {
            problem = "look-around, back-references, atomic groups and very large repetitions are not supported, so that matching takes linear time";
            return null;
        }

        if (Held.Count >= MostKept)
        {
            Held.Clear();
        }

        Held[(text, ignoreCase)] = new WeakReference<RegexPattern>(pattern);
        return pattern;
    }

    /// <summary>Whether a valid pattern is made only of what the linear engine takes, and is small. False where that is not plain to see.</summary>
    internal static bool IsSurelyLinear(string text)
    {
        long repetitions = 1;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                // Digits refer back, \k does by name, \G wants the place of the last match; \c and \0 take what follows.
                case '\\' when ++i >= text.Length || char.IsAsciiDigit(text[i]) || text[i] is 'k' or 'G' or 'c':
                    return false;
                case '(' when i + 1 < text.Length && text[i + 1] == '?' && !IsPlainGroup(text.AsSpan(i + 2)):
                    return false;
                case '[' when SkipClass(text, i) is var end:
                    if (end < 0)
                    {
                        return false;
                    }

                    i = end;
                    break;
                case '{':
                    repetitions = Math.Min(int.MaxValue, repetitions * MostRepetitions(text.AsSpan(i + 1)));
                    break;
            }
        }

        return repetitions * (text.Length + 1) <= SurelySmall;
    }

    // (?:...), (?<name>...) and (?i) or (?i:...). With x a comment could hide the rest of the pattern from whoever reads it here.
    private static bool IsPlainGroup(ReadOnlySpan<char> after)
    {
        if (after.StartsWith(":"))
        {
            return true;
        }

        if (after.StartsWith("<"))
        {
            var name = after[1..].IndexOfAnyExcept(NameLetters);
            return name > 0 && after[name + 1] == '>';
        }

        var options = after.IndexOfAnyExcept("imsn-");
        return options > 0 && after[options] is ':' or ')';
    }

    // The place of the bracket that closes the class; -1 for what is unusual in one: a bracket in it takes another class away.
    private static int SkipClass(string text, int open)
    {
        var first = open + (open + 1 < text.Length && text[open + 1] == '^' ? 2 : 1);
        for (var i = first; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ']' when i > first:
                    return i;
                case '[':
                case '\\' when ++i >= text.Length || char.IsAsciiDigit(text[i]) || text[i] == 'c':
                    return -1;
            }
        }

        return -1;
    }

    // {3}, {3,} and {3,5}; another brace is a brace.
    private static long MostRepetitions(ReadOnlySpan<char> after)
    {
        var close = after.IndexOf('}');
        var most = 1L;
        foreach (var number in close < 0 ? default : after[..close].Split(','))
        {
            most = Math.Max(most, long.TryParse(after[..close][number], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Min(n, int.MaxValue) : 1);
        }

        return most;
    }

    private Regex? TryBuild()
    {
        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (_ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            return new Regex(_text, options, TimeLimit);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
