using System.Text;
using System.Text.RegularExpressions;

namespace WebhookBot.Clients;

/// <summary>Makes foreign text fit to be shown: no credentials, no control characters, not too long.</summary>
public static partial class Redaction
{
    /// <summary>What stands where a secret was.</summary>
    public const string Mark = "***";

    private const int MaxLength = 300;

    /// <summary>The text without what looks like a credential, on one line, cut at 300 characters.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "";
        }

        var shown = new StringBuilder(Math.Min(text.Length, MaxLength) + 1);
        foreach (var c in Mask(text).Trim())
        {
            if (shown.Length == MaxLength)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(char.IsControl(c) || IsInvisible(c) ? ' ' : c);
        }

        return shown.ToString();
    }

    /// <summary>The text with <see cref="Mark"/> for whatever has the form of a credential. The same object when there is none; JSON stays JSON.</summary>
    public static string Mask(string text) => Credential().Replace(text, $"${{kept}}{Mark}");

    /// <summary>Zero-width characters and those that change the direction of writing: they disguise what is read.</summary>
    public static bool IsInvisible(char c) =>
        c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or '\ufeff';

    // The group is what stays in front of the secret. Nothing is asked of what stands before, as that may be the n of an escaped line break; no
    // part of a match reaches over a quotation mark, and none is tried twice.
    [GeneratedRegex(
        @"gh[a-z]_[A-Za-z0-9_.\-]{5,}|github_pat_\w{6,}|xox[a-z]-[A-Za-z0-9\-]{3,}|xapp-[A-Za-z0-9\-]{3,}|whsec_[A-Za-z0-9+/=_\-]{4,}"
        + @"|[sr]k_(?:live|test)_\w{6,}|eyJ[\w\-]{8,2000}\.[\w\-]+(?:\.[\w\-]*)?"
        + @"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^""\-]{0,10000}"
        + @"|(?<kept>authorization(?:\\?"")?\s?[:=]\s?(?:\\?"")?(?:(?:bearer|basic|token)\s)?)[^\s""',;\\]{4,}"
        + @"|(?<kept>(?:bearer|basic|token) )(?=[\w\-+/=.~]{20}|[A-Za-z_\-+/=.~]{0,20}[0-9])[\w\-+/=.~]{8,}"
        + @"|(?<kept>://)[^/@\s""'<>\\]{1,300}(?=@)"
        + @"|(?<kept>hooks\.slack\.com/services/)[\w/]+"
        + @"|(?<kept>(?:[?&]|&amp;|\\u0026)(?:access_token|auth_token|token|api_?key|key|client_secret|secret|password|sig|signature)=)[^&\s""'#<>\\]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Credential();
}
