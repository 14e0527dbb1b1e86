using WebhookBot.Journal;

namespace WebhookBot.Actions;

/// <summary>Asked before an action that waited, or that follows another one, is carried out.</summary>
public interface IActionGate
{
    /// <summary>Null when it is to be carried out; else what is recorded instead: that it is left out, or that it waits on.</summary>
    Task<Attempt?> AskAsync(ActionLease lease, CancellationToken cancellation);
}
