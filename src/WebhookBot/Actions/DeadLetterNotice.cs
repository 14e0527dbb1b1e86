using System.Globalization;
using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Actions;

/// <summary>
/// Tells of a dead letter as a delivery of the source <c>bot</c>, which rules work off like any other. A dead letter of what was done about
/// one is not told again: rules that fail would feed themselves.
/// </summary>
public sealed partial class DeadLetterNotice(IJournal journal, IRuleSetInForce rules, TimeProvider clock, ILogger<DeadLetterNotice> log)
{
    /// <summary>Tells of it, unless it is one that is not told.</summary>
    public async Task TellAsync(ActionLease lease, Attempt last)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(last);
        if (BotOrigin.Is(lease, rules.Current))
        {
            return;
        }

        try
        {
            await journal.AppendAsync(DraftOf(lease, last), CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            LogUntold(e, lease.Action.Key);
        }
    }

    // One that was tried again and died again is told again: the time of its death is in the id.
    private DeliveryDraft DraftOf(ActionLease lease, Attempt last) => new()
    {
        Source = BotEvents.Source,
        SenderId = IdempotencyKey.For(lease.Origin.DeliveryId, lease.Action.Key, last.At.UtcTicks.ToString(CultureInfo.InvariantCulture), 0),
        Event = BotEvents.DeadLetter,
        ReceivedAt = clock.GetUtcNow(),
        Headers = [],
        Body = JsonSerializer.SerializeToUtf8Bytes(BotEvents.DeadLetterOf(
            lease.Origin.DeliveryId, lease.Origin.Event, lease.Action.Rule, lease.Action.Action, lease.Action.Key, lease.Attempts + 1, last.Detail)),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "The dead letter {Key} could not be told to the rules; it is in the list of dead letters")]
    private partial void LogUntold(Exception e, string key);
}
