using System.Text;
using System.Text.RegularExpressions;

namespace WebhookBot.Clients;

/// <summary>Makes foreign text fit to be shown: no credentials, no control characters, not too long.</summary>
public static partial class Redaction
{
    private const int MaxLength = 300;

    /// <summary>The text without what looks like a credential, on one line, cut at 300 characters.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "";
        }

        var shown = new StringBuilder(Math.Min(text.Length, MaxLength) + 1);
        foreach (var c in Credential().Replace(text, "***").Trim())
        {
            if (shown.Length == MaxLength)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(char.IsControl(c) || IsInvisible(c) ? ' ' : c);
        }

        return shown.ToString();
    }

    /// <summary>Zero-width characters and those that change the direction of writing: they disguise what is read.</summary>
    public static bool IsInvisible(char c) =>
        c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or '\ufeff';

    [GeneratedRegex(
        @"(gh[a-z]_|github_pat_|xox[a-z]-|xapp-|whsec_)[A-Za-z0-9_\-+/=]+"
        + @"|(?<=(bearer|token|basic) )[A-Za-z0-9_\-+/=.]{8,}"
        + @"|(?<=://)[^/@\s]+(?=@)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Credential();
}
