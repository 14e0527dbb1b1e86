using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using HandlebarsDotNet;

namespace WebhookBot.Rules.Templates;

/// <summary>How a value is made harmless for where it goes.</summary>
internal static partial class TextFormats
{
    public static string Escape(TextFormat format, string value, TemplateOutput? before = null) => format switch
    {
        TextFormat.SlackText => before?.LengthOfSlackAddress is { } length ? EscapeSlackAddress(value, isAtStart: length == 0) : EscapeSlack(value),
        TextFormat.Markdown => EscapeMarkdown(value),
        TextFormat.Url => before is { IsAtStart: true } ? EscapeWholeUrl(value) : Uri.EscapeDataString(value),
        TextFormat.Json => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value),
        _ => value,
    };

    /// <summary>A link with its own text, for the formats that have such; a bare URL elsewhere. Only http and https become links.</summary>
    public static string Link(TextFormat format, string url, string text)
    {
        var isLink = Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https";
        var label = text.Length == 0 ? url : text;
        return format switch
        {
            _ when !isLink => Escape(format, label),
            TextFormat.SlackText => $"<{EscapeSlackAddress(url, isAtStart: true)}|{EscapeSlack(SlackLabel().Replace(label, " "))}>",
            TextFormat.Markdown => $"[{EscapeMarkdown(label)}]({EscapeWholeUrl(url)})",
            _ => Escape(format, url),
        };
    }

    /// <summary>
    /// A GitHub login as a mention: of the Slack user it is in Slack, as far as that is known; of itself on GitHub. Everywhere else, and for
    /// what is no login, the text alone.
    /// </summary>
    public static string Mention(TextFormat format, string login, IReadOnlyDictionary<string, string> people) => format switch
    {
        TextFormat.SlackText when people.TryGetValue(login, out var user) => $"<@{user}>",
        TextFormat.Markdown when Login().IsMatch(login) => $"@{login}",
        _ => Escape(format, login),
    };

    // docs.slack.dev, "Formatting message text": & < > are the only characters to escape; nothing else is.
    private static string EscapeSlack(string value) => Invisible().Replace(value, "")
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    // Between '<' and '|' of a template. A sign at its beginning would make it a mention, and a bar would end the address and give it a text of its own.
    private static string EscapeSlackAddress(string value, bool isAtStart)
    {
        var address = SlackBreak().Replace(EscapeSlack(value), match => Uri.HexEscape(match.ValueSpan[0]));
        return isAtStart && address.Length > 0 && address[0] is '!' or '@' or '#' ? Uri.HexEscape(address[0]) + address[1..] : address;
    }

    // A zero-width space behind the at sign keeps GitHub from mentioning anyone. '<' as an entity keeps HTML and comments out, brackets as
    // entities links and images with a text of their own: an entity is never markup (CommonMark 6.2), while a backslash can be escaped itself.
    private static string EscapeMarkdown(string value) => Invisible().Replace(value, "")
        .Replace("@", "@\u200b", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("[", "&#91;", StringComparison.Ordinal)
        .Replace("]", "&#93;", StringComparison.Ordinal);

    private static string EscapeWholeUrl(string value)
    {
        var url = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            var isPlain = rune.IsAscii && rune.Value > ' ' && rune.Value != 0x7f && rune.Value is not ('"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}' or '(' or ')');
            url.Append(isPlain ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }

        return url.ToString();
    }

    // Direction overrides and zero-width characters, with which one text can be made to look like another.
    [GeneratedRegex(@"^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Login();

    [GeneratedRegex("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", RegexOptions.CultureInvariant)]
    private static partial Regex Invisible();

    [GeneratedRegex("[|\\x00-\\x20]", RegexOptions.CultureInvariant)]
    private static partial Regex SlackBreak();

    [GeneratedRegex("[|<>\r\n]", RegexOptions.CultureInvariant)]
    private static partial Regex SlackLabel();
}

/// <summary>The template engine's hook for escaping.</summary>
internal sealed class FormatEncoder(TextFormat format) : ITextEncoder
{
    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    public void Encode(string? text, TextWriter target)
    {
        if (!string.IsNullOrEmpty(text))
        {
            target.Write(TextFormats.Escape(format, text, target as TemplateOutput));
        }
    }

    public void Encode<T>(T? text, TextWriter target) where T : IEnumerator<char>
    {
        if (text is null)
        {
            return;
        }

        var all = new StringBuilder();
        while (text.MoveNext())
        {
            all.Append(text.Current);
        }

        Encode(all.ToString(), target);
    }
}
