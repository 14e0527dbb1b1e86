using System.Globalization;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Clients.Slack;

namespace WebhookBot.Actions.Slack;

/// <summary>
/// Finds a message of ours by the key in its metadata: whether a post whose answer was lost was made all the same. It needs the scope to read
/// the channel's history; without it nobody can know.
/// </summary>
public sealed class SlackLookUp(SlackClient slack)
{
    private const int MostPages = 5;

    private string? _me;

    /// <summary>The message's id; or why it could not be looked for, which says nothing of whether it is there.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="thread">The message below which it would be; null for the channel itself.</param>
    /// <param name="key">The key in its metadata.</param>
    /// <param name="since">It cannot be older.</param>
    /// <param name="cancellation">Ends the calls.</param>
    internal async Task<(string? Ts, CallFault? Fault)> FindAsync(string channel, string? thread, string key, DateTimeOffset since, CancellationToken cancellation)
    {
        var (me, fault) = await MeAsync(cancellation);
        if (me is null)
        {
            return (null, fault);
        }

        var fields = new Dictionary<string, string?>
        {
            ["channel"] = channel,
            ["ts"] = thread,
            ["oldest"] = string.Create(CultureInfo.InvariantCulture, $"{since.ToUnixTimeMilliseconds() / 1000d:F6}"),
            ["include_all_metadata"] = "true",
            ["limit"] = "200",
        };
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await slack.ReadAsync(thread is null ? "conversations.history" : "conversations.replies", fields, cancellation);
            if (!answer.IsOk)
            {
                return (null, answer.Fault);
            }

            if (Find(answer.Body.At("messages"), me, key) is { } ts)
            {
                return (ts, null);
            }

            fields["cursor"] = answer.Body.TextAt("response_metadata", "next_cursor");
            if (string.IsNullOrEmpty(fields["cursor"]))
            {
                return default;
            }
        }

        return (null, CallFault.Stop($"the channel has more than {MostPages} pages of messages since then"));
    }

    // Anybody may put the same metadata on a message of their own.
    private static string? Find(JsonElement messages, string me, string key) => messages.ValueKind != JsonValueKind.Array ? null
        : messages.EnumerateArray()
            .Where(m => m.TextAt("metadata", "event_type") == SlackDraft.MetadataType && m.TextAt("metadata", "event_payload", "key") == SlackDraft.MetadataKey(key) && m.TextAt("user") == me)
            .Select(m => m.TextAt("ts"))
            .FirstOrDefault();

    private async Task<(string? Me, CallFault? Fault)> MeAsync(CancellationToken cancellation)
    {
        if (_me is null)
        {
            var answer = await slack.ReadAsync("auth.test", new Dictionary<string, string?>(), cancellation);
            _me = answer.Body.TextAt("user_id");
            return (_me, answer.Fault ?? (_me is null ? CallFault.Retry("Slack's answer to auth.test could not be read") : null));
        }

        return (_me, null);
    }
}
