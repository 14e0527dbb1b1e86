using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// What was put off before the start, by subject, so that what comes later of the same subject goes behind it. Whom it calls is read only when
/// something later asks.
/// </summary>
internal sealed class EarlierWaits(IJournal journal, IEnumerable<IAction> actions)
{
    private readonly Dictionary<string, IAction> _actions = actions.ToDictionary(a => a.Descriptor.Name, StringComparer.Ordinal);
    private readonly KeyedLock _subjects = new();
    private readonly Lock _gate = new();
    private Dictionary<string, List<HeldAction>>? _waiting;

    /// <summary>Tells of what waits and comes before that action, each once.</summary>
    public async Task RecallAsync(ActionLease lease, Action<ActionLease, ActionTarget, DateTimeOffset> recall, CancellationToken cancellation)
    {
        if (lease.Attempts > 0 || lease.Origin.Subject is not { } subject || _waiting is { Count: 0 })
        {
            return;
        }

        // Whoever comes while they are being read waits: he is behind them, too.
        using var entered = await _subjects.EnterAsync(subject, cancellation);
        foreach (var one in Before(subject, lease, _waiting is null ? await journal.FindWaitingAsync(cancellation) : []))
        {
            if (await ReadAsync(one, cancellation) is var (earlier, target))
            {
                recall(earlier, target, one.Due);
            }

            // Only now: what could not be read this time is read by whoever comes next.
            Forget(subject, one);
        }
    }

    private async Task<(ActionLease Lease, ActionTarget Target)?> ReadAsync(HeldAction waiting, CancellationToken cancellation)
    {
        try
        {
            return await journal.FindAsync(waiting.Origin.DeliveryId, cancellation) is { } record ? Describe(record, waiting) : null;
        }
        catch (InvalidDataException)
        {
            // It is damaged, and will not be tried.
            return null;
        }
    }

    private void Forget(string subject, HeldAction told)
    {
        lock (_gate)
        {
            if (_waiting!.TryGetValue(subject, out var all) && all.Remove(told) && all.Count == 0)
            {
                _waiting.Remove(subject);
            }
        }
    }

    private List<HeldAction> Before(string subject, ActionLease lease, IReadOnlyList<HeldAction> found)
    {
        lock (_gate)
        {
            _waiting ??= found.GroupBy(one => one.Origin.Subject!).ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
            if (!_waiting.TryGetValue(subject, out var all))
            {
                return [];
            }

            if (all.RemoveAll(one => new ActionId(one.Origin.Sequence, one.Index) == lease.Id) > 0 && all.Count == 0)
            {
                _waiting.Remove(subject);
            }

            return [.. all.Where(one => one.Origin.Sequence < lease.Origin.Sequence)];
        }
    }

    // Null when it was not put off at a target: what waits for its own time holds nobody up.
    private (ActionLease Lease, ActionTarget Target)? Describe(DeliveryRecord record, HeldAction waiting)
    {
        var action = record.Actions[waiting.Index].Action;
        if (record.Actions[waiting.Index] is not { Status: ActionStatus.Waiting, Attempts: [.., var last] } || !IsOfTarget(last.Detail) || !_actions.TryGetValue(action.Action, out var by))
        {
            return null;
        }

        var request = new ActionRequest
        {
            Key = action.Key,
            Rule = action.Rule,
            Arguments = action.Arguments,
            Origin = waiting.Origin,
            Payload = DeliveryBody.Parse(record.Delivery.Body),
        };

        // Without a right to it: nothing is recorded under this one.
        var lease = new ActionLease { Action = action, Origin = waiting.Origin, Index = waiting.Index, Attempts = 0, Fence = 0 };
        return by.TargetOf(request) is { } target ? (lease, target) : null;
    }

    private static bool IsOfTarget(string detail) =>
        detail.StartsWith(TargetTraffic.NotTried, StringComparison.Ordinal) || detail.Contains(TargetTraffic.NotCounted, StringComparison.Ordinal);
}
