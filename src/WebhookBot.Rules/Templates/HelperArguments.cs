using System.Globalization;
using WebhookBot.Rules.Compilation;
using static WebhookBot.Rules.Compilation.Suggestion;

namespace WebhookBot.Rules.Templates;

/// <summary>What is wrong with the arguments of a helper, as far as it is written out: an option or a zone that there is none of, a format, a number.</summary>
internal static class HelperArguments
{
    private const string Zone = "zone";

    // Stands for a call in parentheses, whose value is known when it is written out.
    private const string Call = "()";

    // How many arguments each takes; more would be passed over, and without them it would write nothing.
    private static readonly Dictionary<string, (int Least, int Most)> Counts = new(StringComparer.Ordinal)
    {
        ["truncate"] = (1, 2),
        ["default"] = (2, 2),
        ["date"] = (1, 2),
        ["ago"] = (1, 1),
        ["join"] = (1, 2),
        ["lower"] = (1, 1),
        ["upper"] = (1, 1),
        ["json"] = (1, 1),
        ["mention"] = (1, 1),
        ["link"] = (1, 2),
        ["short_sha"] = (1, 1),
        ["lookup"] = (2, 2),
        ["eq"] = (2, 2),
    };

    /// <summary>What is wrong, in words; null when nothing is.</summary>
    /// <param name="tokens">The call: the helper or the block, its arguments, and its options as a name with <c>=</c> before a value.</param>
    /// <param name="isBlock">Whether it begins a block, as <c>if</c> does.</param>
    public static string? Problem(IReadOnlyList<string> tokens, bool isBlock = false)
    {
        var flat = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] != "(")
            {
                flat.Add(tokens[i]);
                continue;
            }

            var end = EndOf(tokens, i);
            if (Problem([.. tokens.Skip(i + 1).Take(end - i - 1)]) is { } inside)
            {
                return inside;
            }

            flat.Add(Call);
            i = end;
        }

        return flat.Count == 0 ? null : isBlock ? OfBlock(flat) : OfCall(flat);
    }

    private static int EndOf(IReadOnlyList<string> tokens, int open)
    {
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            depth += tokens[i] switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return tokens.Count;
    }

    private static string? OfBlock(List<string> tokens) =>
        TemplateSyntax.Blocks.Contains(tokens[0]) && tokens.Count > 2 && !tokens[2].EndsWith('=') ? $"'#{tokens[0]}' takes one value, and here are {tokens.Count - 1}; for two that are to be equal write {{{{#{tokens[0]} (eq {Shorten(tokens[1])} {Shorten(tokens[2])})}}}}" : null;

    private static string? OfCall(List<string> tokens)
    {
        var helper = tokens[0];
        for (var i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].EndsWith('=') && OfOption(helper, tokens[i][..^1], i + 1 < tokens.Count ? Literal(tokens[i + 1]) : null) is { } problem)
            {
                return problem;
            }
        }

        var placed = tokens.Skip(1).TakeWhile(token => !token.EndsWith('=')).ToList();
        return Counts.TryGetValue(helper, out var count) && (placed.Count < count.Least || placed.Count > count.Most)
            ? $"'{helper}' takes {(count.Least == count.Most ? "" : $"{count.Least} or ")}{count.Most} {(count.Most == 1 ? "value" : "values")}, and here {(placed.Count == 1 ? "is 1" : $"are {placed.Count}")}"
            : OfPlaced(helper, placed);
    }

    private static string? OfOption(string helper, string option, string? value)
    {
        if (helper != "date")
        {
            return $"'{helper}' has no option '{Shorten(option)}'";
        }

        return option != Zone ? $"'date' has no option '{Shorten(option)}', only {Zone}=\"Europe/Oslo\""
            : value is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(value, out _) ? ZoneName.Unknown(value)
            : null;
    }

    private static string? OfPlaced(string helper, List<string> placed) => helper switch
    {
        "replace" when placed.Count != 3 => "'replace' takes a text, what is to be replaced in it and what by: {{replace ref \"refs/heads/\" \"\"}}",
        "truncate" when placed is [_, var length, ..] && IsWritten(length) && !int.TryParse(Literal(length) ?? length, NumberStyles.None, CultureInfo.InvariantCulture, out _) =>
            $"'truncate' takes a number of characters, not {Shorten(length)}",
        "date" when placed is [_, var format, ..] && Literal(format) is { } text && !IsFormat(text) =>
            $"'{Shorten(text)}' is no format of a time; write one such as \"yyyy-MM-dd HH:mm\"",
        _ => null,
    };

    private static bool IsFormat(string format)
    {
        try
        {
            _ = DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsWritten(string token) => Literal(token) is not null || char.IsAsciiDigit(token[0]) || token[0] == '-';

    private static string? Literal(string token) => token.Length >= 2 && token[0] is '"' or '\'' ? token[1..^1] : null;
}
