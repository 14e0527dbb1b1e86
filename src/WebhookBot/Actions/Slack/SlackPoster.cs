using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Clients.Slack;

namespace WebhookBot.Actions.Slack;

/// <summary>Sends a message, with what can be done when Slack does not take it as it is.</summary>
public sealed class SlackPoster(SlackClient slack, SlackDestinations destinations, SlackLookUp lookUp)
{
    // Slack's clock and ours need not agree.
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => slack.MissingSetting;

    /// <summary>How far apart messages to one channel are.</summary>
    public TimeSpan MessageInterval => slack.MessageInterval;

    /// <summary>Where a message is that may have been posted already; null when it was not. The fault says why that cannot be told.</summary>
    internal async Task<(LivingMessage? Found, CallFault? Fault)> FindAsync(
        SlackDraft draft, string metadataKey, LivingMessage? parent, ActionRequest request, CancellationToken cancellation)
    {
        var (channel, fault) = parent is null ? await destinations.FindAsync(draft.Channel, request.Payload, cancellation) : (parent.Channel, null);
        if (fault is not null)
        {
            return (null, fault);
        }

        var (ts, why) = await lookUp.FindAsync(channel, parent?.Ts, metadataKey, request.Since - LookBack, cancellation);
        return (ts is null ? null : new LivingMessage(channel, ts, request.Origin.Sequence, request.Origin.ReceivedAt), why);
    }

    /// <summary>Posts a new message.</summary>
    /// <returns>Slack's answer; or the fault for which it was not even asked.</returns>
    internal async Task<(SlackAnswer? Answer, CallFault? Fault)> PostAsync(
        SlackDraft draft, string metadataKey, LivingMessage? parent, JsonElement payload, CancellationToken cancellation)
    {
        var (channel, fault) = parent is null ? await destinations.FindAsync(draft.Channel, payload, cancellation) : (parent.Channel, null);
        if (fault is not null)
        {
            return (null, fault);
        }

        var answer = await SendAsync(draft, channel, metadataKey, parent?.Ts, cancellation);
        if (answer.Error == "channel_not_found")
        {
            await destinations.ForgetAsync(draft.Channel, cancellation);
            var (found, _) = await destinations.FindAsync(draft.Channel, payload, cancellation);
            answer = found == channel ? answer : await SendAsync(draft, found, metadataKey, parent?.Ts, cancellation);
        }
        else if (answer.Error == "not_in_channel" && await JoinAsync(channel, cancellation))
        {
            answer = await SendAsync(draft, channel, metadataKey, parent?.Ts, cancellation);
        }

        return (answer, answer.Fault);
    }

    /// <summary>Brings a message up to date.</summary>
    internal Task<SlackAnswer> UpdateAsync(SlackDraft draft, LivingMessage message, string metadataKey, CancellationToken cancellation) =>
        WithTextAloneAsync(
            draft,
            d =>
            {
                var fields = d.Fields(message.Channel, SlackText.MaxUpdated, metadataKey);
                fields["ts"] = message.Ts;
                return slack.WriteAsync("chat.update", fields, cancellation);
            });

    private Task<SlackAnswer> SendAsync(
        SlackDraft draft, string channel, string metadataKey, string? threadTs, CancellationToken cancellation) =>
        WithTextAloneAsync(
            draft,
            d =>
            {
                var fields = d.Fields(channel, SlackText.MaxPosted, metadataKey);
                fields["thread_ts"] = threadTs;
                fields["reply_broadcast"] = threadTs is not null && d.Broadcast ? "true" : null;
                return slack.WriteAsync("chat.postMessage", fields, cancellation);
            });

    // A message without its decoration is better than none.
    private static async Task<SlackAnswer> WithTextAloneAsync(SlackDraft draft, Func<SlackDraft, Task<SlackAnswer>> send)
    {
        var answer = await send(draft);
        return draft is { Blocks: not null, Text.Length: > 0 }
            && answer.Error is "invalid_blocks" or "invalid_blocks_format" or "msg_blocks_too_long" or "msg_too_long" or "block_mismatch"
            ? await send(draft with { Blocks = null })
            : answer;
    }

    private async Task<bool> JoinAsync(string channel, CancellationToken cancellation) =>
        channel.StartsWith('C') && SlackChannels.IsId(channel)
        && (await slack.WriteAsync("conversations.join", new Dictionary<string, string?> { ["channel"] = channel }, cancellation)).IsOk;
}
