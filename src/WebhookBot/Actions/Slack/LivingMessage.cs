using System.Text.Json;
using WebhookBot.Journal;

namespace WebhookBot.Actions.Slack;

/// <summary>What is kept of a message that later events update.</summary>
/// <param name="Channel">The id of the channel it is really in; of a direct message the <c>D…</c> id.</param>
/// <param name="Ts">Slack's id of the message; a text, never a number.</param>
/// <param name="Sequence">The delivery whose state it shows.</param>
/// <param name="At">When it was last written.</param>
internal sealed record LivingMessage(string Channel, string Ts, long Sequence, DateTimeOffset At)
{
    /// <summary>What it is kept under. The channel as the rule names it, because that is known before Slack is asked.</summary>
    public static string BookmarkKey(string channel, string key) => $"slack.post {channel.TrimStart('#')} {key}";

    public static LivingMessage? Parse(Bookmark? bookmark) =>
        bookmark is null ? null : JsonSerializer.Deserialize<LivingMessage>(bookmark.Value, JsonSerializerOptions.Web);

    public Bookmark ToBookmark(string bookmarkKey) => new(bookmarkKey, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
