using System.Globalization;
using WebhookBot.Rules.Compilation;
using static WebhookBot.Rules.Compilation.Suggestion;

namespace WebhookBot.Rules.Templates;

/// <summary>What is wrong with the arguments of a helper, as far as it is written out: an option or a zone that there is none of, a format, a number.</summary>
internal static class HelperArguments
{
    private const string Zone = "zone";

    /// <summary>What is wrong, in words; null when nothing is.</summary>
    /// <param name="tokens">The call: the helper, its arguments, and its options as a name with <c>=</c> before a value.</param>
    public static string? Problem(IReadOnlyList<string> tokens)
    {
        var helper = tokens[0];
        for (var i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].EndsWith('=') && OfOption(helper, tokens[i][..^1], i + 1 < tokens.Count ? Literal(tokens[i + 1]) : null) is { } problem)
            {
                return problem;
            }
        }

        // What stands in parentheses is known when it is written out.
        var placed = tokens.Skip(1).TakeWhile(token => !token.EndsWith('=')).ToList();
        return placed.Contains("(") ? null : OfPlaced(helper, placed);
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

    private static bool IsWritten(string token) => Literal(token) is not null || char.IsAsciiDigit(token[0]);

    private static string? Literal(string token) => token.Length >= 2 && token[0] is '"' or '\'' ? token[1..^1] : null;
}
