using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Actions.GitHub;

/// <summary>
/// The hidden last line by which a comment of ours is found again. It holds a hash: what a key is made from is nobody's business,
/// and could end the HTML comment.
/// </summary>
internal sealed class CommentMarker
{
    // GitHub refuses more, with a 422.
    private const int MaxBody = 65_536;
    private const string Notice = "\n\n*(cut: the text is longer than GitHub allows)*";

    private readonly string _line;

    private CommentMarker(string key) =>
        _line = $"<!-- webhookbot:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16))} -->";

    public static CommentMarker Of(string key) => new(key);

    /// <summary>Whether the text is one that <see cref="Mark"/> made with the same key.</summary>
    public bool IsOn(string? body) => body is not null && body.TrimEnd().EndsWith(_line, StringComparison.Ordinal);

    /// <summary>The text with the marker at its end, cut to what GitHub takes.</summary>
    public string Mark(string body)
    {
        var room = MaxBody - _line.Length - 2;
        if (body.Length > room)
        {
            var end = room - Notice.Length;
            body = body[..(char.IsHighSurrogate(body[end - 1]) ? end - 1 : end)] + Notice;
        }

        return $"{body}\n\n{_line}";
    }
}
