using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace WebhookBot.Clients;

/// <summary>Makes foreign text fit to be shown: no credentials, no control characters, not too long.</summary>
public static partial class Redaction
{
    /// <summary>What stands where a secret was.</summary>
    public const string Mark = "***";

    private const int MaxLength = 300;
    private const int LongestUser = 300;

    // Regular expressions that ignore case take the sign of the Kelvin for a k; a search for texts does not.
    private const char Kelvin = '\u212a';

    // Whatever the pattern matches holds one of these, but for users in addresses. The first three letters of each are rare in payloads, as these
    // are what is looked for: "github", "base", "author" and "status" are in every one.
    private static readonly SearchValues<string> Marks = SearchValues.Create(
        [
            .. Enumerable.Range('a', 26).Select(letter => $"gh{(char)letter}_"), "ub_pat_", "xox", "xapp-", "whsec_", "k_live_", "k_test_", "eyj", "-----begin ",
            "rization", "bearer ", "asic ", "oken ", "slack.com/services/", "ken=", "ey=", "ecret=", "sword=", "sig=", "nature=",
        ],
        StringComparison.OrdinalIgnoreCase);

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
    public static string Mask(string text) => MayHoldCredential(text) ? MaskFound(text) : text;

    /// <summary>The same, without looking first whether there can be any.</summary>
    internal static string MaskFound(string text) => Credential().Replace(text, Masked);

    private static string Masked(Match match) => match.Groups["kept"] is { Success: true } kept ? kept.Length == match.Length ? match.Value : kept.Value + Mark : Mark;

    /// <summary>False when nothing in the text has the form of a credential, which one look over its memory tells of nearly every text.</summary>
    internal static bool MayHoldCredential(ReadOnlySpan<char> text) =>
        text.ContainsAny(Marks) || text.Contains(Kelvin) || MayHoldUserInAddress(text);

    /// <summary>Zero-width characters and those that change the direction of writing: they disguise what is read.</summary>
    public static bool IsInvisible(char c) =>
        c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or '\ufeff';

    private static bool MayHoldUserInAddress(ReadOnlySpan<char> text)
    {
        const string Before = "://";
        for (var rest = text; rest.IndexOf('@') is var at and >= 0; rest = rest[(at + 1)..])
        {
            var from = text.Length - rest.Length;
            var before = text[Math.Max(0, from + at - LongestUser - Before.Length)..(from + at)];
            if (before[..(before.LastIndexOfAny("/@\"\\ ") + 1)].EndsWith(Before))
            {
                return true;
            }
        }

        return false;
    }

    // The group is what stays in front of the secret, or all of it: what begins like a token and is none is passed over in one go. Nothing is asked of
    // what stands before, as that may be the n of an escaped line break; no part of a match reaches over a quotation mark, and none is tried twice.
    [GeneratedRegex(
        @"gh[a-z]_[A-Za-z0-9_.\-]{5,}|github_pat_\w{6,}|xox[a-z]-[A-Za-z0-9\-]{3,}|xapp-[A-Za-z0-9\-]{3,}|whsec_[A-Za-z0-9+/=_\-]{4,}"
        + @"|[sr]k_(?:live|test)_\w{6,}|eyJ(?>[\w\-]{8,2000})\.[\w\-]+(?:\.[\w\-]*)?|(?<kept>eyJ(?>[\w\-]{8,2000}))"
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
