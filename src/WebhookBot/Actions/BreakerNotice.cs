using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Actions;

/// <summary>
/// Tells that a target does not work, and that it does again, as deliveries of the source <c>bot</c>. What was done about such a delivery is
/// never told of: rules that fail would feed themselves.
/// </summary>
public sealed partial class BreakerNotice(IJournal journal, IRuleSetInForce rules, TimeProvider clock, ILogger<BreakerNotice> log)
{
    /// <summary>Tells that it does not work. False when that is not told.</summary>
    public async Task<bool> OpenedAsync(ActionLease lease, ActionTarget target, string reason)
    {
        ArgumentNullException.ThrowIfNull(target);
        return !BotOrigin.Is(lease, rules.Current)
            && await TellAsync(BotEvents.BreakerOpen, target, BotEvents.BreakerOpenOf(target.Kind, target.Host, reason));
    }

    /// <summary>Tells that it works again.</summary>
    public Task<bool> ClosedAsync(ActionTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return TellAsync(BotEvents.BreakerClosed, target, BotEvents.BreakerClosedOf(target.Kind, target.Host));
    }

    private async Task<bool> TellAsync(string name, ActionTarget target, JsonObject payload)
    {
        try
        {
            var now = clock.GetUtcNow();
            await journal.AppendAsync(
                new DeliveryDraft
                {
                    Source = BotEvents.Source,
                    SenderId = IdempotencyKey.For(name, target.Host, now.UtcTicks.ToString(CultureInfo.InvariantCulture), 0),
                    Event = name,
                    ReceivedAt = now,
                    Headers = [],
                    Body = JsonSerializer.SerializeToUtf8Bytes(payload),
                },
                CancellationToken.None);
            return true;
        }
        catch (JournalUnavailableException e)
        {
            LogUntold(e, name, target.Host);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} of {Target} could not be told to the rules")]
    private partial void LogUntold(Exception e, string name, string target);
}
