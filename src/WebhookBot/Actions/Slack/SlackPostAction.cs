using System.Collections.Concurrent;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Slack;

/// <summary><c>slack.post</c>: posts a message; with a key, keeps one message up to date.</summary>
public sealed class SlackPostAction(SlackPoster poster, IJournal journal, TimeProvider time) : IAction
{
    /// <summary>What rule files know of it.</summary>
    public static readonly ActionDescriptor Definition = new("slack.post",
        "Posts a message to Slack, or updates the one posted for the same key.",
    [
        new("channel", ParameterType.Text, "#name, an id, or a person: @octocat (a GitHub login), @U012AB3CD or @somebody@example.com.", IsRequired: true) { Form = SlackDraft.ChannelProblem, AlsoCalled = ["to", "room", "target", "channel_id"] },
        new("text", ParameterType.Text, "The message, in mrkdwn; with blocks, what notifications show.", Format: TextFormat.SlackText) { AlsoCalled = ["message", "msg", "body", "content"] },
        new("blocks", ParameterType.List, "Block Kit blocks, a list.", Format: TextFormat.SlackText),
        new("buttons", ParameterType.List, "Links below the message: a list of { url: …, label: … }.") { Element = SlackButtons.Problem },
        new("key", ParameterType.Text, "One living message for this key: posted once, then updated in place."),
        new("thread", ParameterType.Text, "The key of the message in the same channel to answer in its thread.") { AlsoCalled = ["thread_ts", "reply_to"] },
        new("broadcast", ParameterType.Boolean, "Shows an answer in a thread to the channel, too."),
    ])
    {
        Needs = new ArgumentChoice(IsExclusive: false, "text", "blocks"),
        AlsoCalled = ["notify", "message", "post_message", "send_message", "chat.postMessage", "postMessage"],
    };

    // The message that a thread hangs on may be on its way from an event that came just before.
    private static readonly TimeSpan ParentPatience = TimeSpan.FromSeconds(60);

    // Slack lets short bursts pass.
    private const int Burst = 5;

    private const int MostDoubtful = 10_000;

    // Keys of messages that may be there without anybody knowing where, as the answer was lost; and since when.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _doubtful = new(StringComparer.Ordinal);

    public ActionDescriptor Descriptor => Definition;

    public string? MissingSetting => poster.MissingSetting;

    public string? SerialiseBy(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SlackDraft.Of(request.Arguments).Draft is { Key: { } key } draft ? LivingMessage.BookmarkKey(draft.Channel, key) : null;
    }

    public ActionTarget? TargetOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SlackDraft.Of(request.Arguments).Draft is not { } draft ? null
            : new ActionTarget("slack", "slack", $"slack #{draft.Channel.TrimStart('#')}")
            {
                Pace = Pace.Of(poster.MessageInterval, Burst),
                Latest = draft.Key is null ? null : LivingMessage.BookmarkKey(draft.Channel, draft.Key),
                Line = draft is { Key: null, Thread: null } ? draft.Line() : null,
            };
    }

    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (draft, problem) = SlackDraft.Of(request.Arguments);
        if (draft is null)
        {
            return ActionOutcome.Failed.Uncalled(problem!);
        }

        draft = request.Pile is { } pile ? SlackDraft.Of(pile, draft.Channel) : draft;
        var living = draft.Key is null ? null : await RecallAsync(draft, draft.Key, cancellation);
        if (living?.Sequence > request.Origin.Sequence)
        {
            return new ActionOutcome.Skipped("a newer event has already updated this message");
        }

        return living is not null ? await UpdateAsync(request, draft, living, cancellation)
            : draft.Key is null ? await PostAsync(request, draft, cancellation)
            : await PostLivingAsync(request, draft, LivingMessage.BookmarkKey(draft.Channel, draft.Key), cancellation);
    }

    // What another event may have posted under the key is looked for, too.
    private async Task<ActionOutcome> PostLivingAsync(ActionRequest request, SlackDraft draft, string key, CancellationToken cancellation)
    {
        if (_doubtful.TryGetValue(key, out var since))
        {
            request = request with { MayHaveHappened = true, TriedSince = since < request.Since ? since : request.Since };
        }

        var outcome = await PostAsync(request, draft, cancellation);
        if (outcome is ActionOutcome.Succeeded)
        {
            _doubtful.TryRemove(key, out _);
        }
        else if (outcome is ActionOutcome.RetryLater { MayHaveHappened: true } && _doubtful.Count < MostDoubtful)
        {
            _doubtful.TryAdd(key, request.Since);
        }

        return outcome;
    }

    private async Task<ActionOutcome> UpdateAsync(
        ActionRequest request, SlackDraft draft, LivingMessage living, CancellationToken cancellation)
    {
        var fresh = draft.WithFreshBlockIds(request.Origin.Sequence);
        var answer = await poster.UpdateAsync(fresh, living, MetadataKey(request, draft), cancellation);
        if (answer.Error is "message_not_found" or "cant_update_message" or "edit_window_closed")
        {
            return await PostAsync(request, draft, cancellation);
        }

        return answer.Fault is { } fault
            ? ActionOutcome.Of(fault)
            : new ActionOutcome.Succeeded($"updated the message in {draft.Channel}", Keep(request, draft, living.Channel, living.Ts));
    }

    private async Task<ActionOutcome> PostAsync(ActionRequest request, SlackDraft draft, CancellationToken cancellation)
    {
        var parent = draft.Thread is null ? null : await RecallAsync(draft, draft.Thread, cancellation);
        var isOrphan = draft.Thread is not null && parent is null;
        if (isOrphan && (time.GetUtcNow() - request.Origin.ReceivedAt).Duration() < ParentPatience)
        {
            return new ActionOutcome.RetryLater(
                $"the message '{Redaction.Clean(draft.Thread)}' to answer to is not posted yet", TimeSpan.FromSeconds(10)) { IsUncounted = true };
        }

        var (done, doubt) = request.MayHaveHappened ? await LookAsync(request, draft, parent, cancellation) : (null, "");
        if (done is not null)
        {
            return done;
        }

        var (answer, fault) = await poster.PostAsync(draft, MetadataKey(request, draft), parent, request.Payload, cancellation);
        if (fault is not null || answer is null)
        {
            return ActionOutcome.Of(fault ?? CallFault.Retry("Slack gave no answer"));
        }

        var (channel, ts) = (answer.Body.TextAt("channel"), answer.Body.TextAt("ts"));
        var keep = channel is null || ts is null ? null : Keep(request, draft, channel, ts);
        return new ActionOutcome.Succeeded(
            isOrphan
                ? $"posted to {draft.Channel}, not in a thread: there is no message '{Redaction.Clean(draft.Thread)}'{doubt}"
                : $"posted to {draft.Channel}{doubt}",
            keep);
    }

    // What an earlier try may have posted is not posted again. Where that cannot be looked up the message is worth more than the doubt.
    private async Task<(ActionOutcome? Done, string Doubt)> LookAsync(
        ActionRequest request, SlackDraft draft, LivingMessage? parent, CancellationToken cancellation)
    {
        var (found, why) = await poster.FindAsync(draft, MetadataKey(request, draft), parent, request, cancellation);
        return (found, why) switch
        {
            ({ } message, _) when draft.Key is not null => (await UpdateAsync(request with { MayHaveHappened = false }, draft, message, cancellation), ""),
            (not null, _) => (new ActionOutcome.Succeeded($"was posted to {draft.Channel} already; the answer to that was lost"), ""),
            (_, { MayBeRetried: true }) => (ActionOutcome.Of(why with { MayHaveHappened = true }), ""),
            (_, null) => (null, ""),
            _ => (null, $"; it may have been there already, which could not be looked up: {why.Detail}"),
        };
    }

    private async Task<LivingMessage?> RecallAsync(SlackDraft draft, string key, CancellationToken cancellation) =>
        LivingMessage.Parse(await journal.RecallAsync(LivingMessage.BookmarkKey(draft.Channel, key), cancellation));

    private Bookmark? Keep(ActionRequest request, SlackDraft draft, string channel, string ts) =>
        draft.Key is null
            ? null
            : new LivingMessage(channel, ts, request.Origin.Sequence, time.GetUtcNow())
                .ToBookmark(LivingMessage.BookmarkKey(draft.Channel, draft.Key));

    // What was told of a pile is not the pile that has grown since.
    private static string MetadataKey(ActionRequest request, SlackDraft draft) =>
        draft.Key ?? (request.Pile is { } pile ? $"pile of {pile.Count} until {pile.Until.UtcTicks}: {request.Key}" : request.Key);
}
