namespace WebhookBot.Actions.Slack;

/// <summary>Keeps texts within what Slack takes.</summary>
internal static class SlackText
{
    /// <summary><c>chat.postMessage</c> cuts off what is longer.</summary>
    public const int MaxPosted = 40_000;

    /// <summary><c>chat.update</c> refuses what is longer.</summary>
    public const int MaxUpdated = 4_000;

    /// <summary>A section block takes no more.</summary>
    public const int MaxSection = 3_000;

    /// <summary>A line of a list is to be read at a glance.</summary>
    public const int MaxLine = 250;

    private const string Notice = "\n… (cut: the message is too long for Slack)";

    /// <summary>The text, cut with a notice when it is longer than <paramref name="max"/>.</summary>
    public static string Cut(string text, int max) => text.Length <= max ? text : text[..EndBefore(text, max - Notice.Length)] + Notice;

    // An entity, a link or a surrogate pair that is cut in two would show as rubbish, or turn its rest into something else.
    private static int EndBefore(string text, int end)
    {
        var start = Math.Max(0, end - 3_000);
        var link = text.LastIndexOf('<', end - 1, end - start);
        if (link >= 0 && text.IndexOf('>', link, end - link) < 0)
        {
            return link;
        }

        var entity = text.LastIndexOf('&', end - 1, Math.Min(6, end));
        if (entity >= 0 && text.IndexOf(';', entity, end - entity) < 0)
        {
            return entity;
        }

        return char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }
}
