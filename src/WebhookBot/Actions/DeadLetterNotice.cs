using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
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

        await TellAsync(lease.Origin.DeliveryId, lease.Action.Key, last.At, BotEvents.DeadLetterOf(
            lease.Origin.DeliveryId, lease.Origin.Event, lease.Action.Rule, lease.Action.Action, lease.Action.Key, lease.Attempts + 1, last.Detail));
    }

    /// <summary>Tells of a delivery that was given up before it was decided, unless it is the bot's own.</summary>
    public async Task TellAsync(Delivery delivery, string reason)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.Source != BotEvents.Source)
        {
            await TellAsync(delivery.Id, "given up", clock.GetUtcNow(), BotEvents.DeadLetterOf(delivery.Id, delivery.Event, rule: "", action: "", key: "", 0, reason));
        }
    }

    // One that was tried again and died again is told again: the time of its death is in the id.
    private async Task TellAsync(string delivery, string what, DateTimeOffset at, JsonObject body)
    {
        try
        {
            await journal.AppendAsync(
                new DeliveryDraft
                {
                    Source = BotEvents.Source,
                    SenderId = IdempotencyKey.For(delivery, what, at.UtcTicks.ToString(CultureInfo.InvariantCulture), 0),
                    Event = BotEvents.DeadLetter,
                    ReceivedAt = clock.GetUtcNow(),
                    Headers = [],
                    Body = JsonSerializer.SerializeToUtf8Bytes(body),
                },
                CancellationToken.None);
        }
        catch (JournalUnavailableException e)
        {
            LogUntold(e, delivery, what);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "That delivery {DeliveryId} is dead ({What}) could not be told to the rules; lists show it")]
    private partial void LogUntold(Exception e, string deliveryId, string what);
}
