using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// What was put off at a target before it was ever tried, by subject: what comes later of the same subject goes behind it, so that a target's
/// being down does not change the order of events. Retries have no order. It only knows what was put off since the start. Not safe for several threads.
/// </summary>
internal sealed class SubjectOrder
{
    // Whoever did not come by so long after his time has been called off, or has died.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EachAhead = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, SortedDictionary<(long Sequence, string Key), TimeSpan>> _waiting = new(StringComparer.Ordinal);

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>It was put off until then.</summary>
    public void Wait(ActionLease lease, TimeSpan at)
    {
        if (IsOrdered(lease, out var subject))
        {
            (_waiting.TryGetValue(subject, out var line) ? line : _waiting[subject] = [])[Place(lease)] = at;
        }
    }

    /// <summary>It was tried, or is not wanted any more.</summary>
    public void Leave(ActionLease lease)
    {
        if (lease.Origin.Subject is { } subject && _waiting.TryGetValue(subject, out var line) && line.Remove(Place(lease)) && line.Count == 0)
        {
            _waiting.Remove(subject);
        }
    }

    /// <summary>When it may be looked at again, as deliveries before its own are to be tried first; null when none is.</summary>
    public TimeSpan? Behind(ActionLease lease, TimeSpan now)
    {
        if (!IsOrdered(lease, out var subject) || !_waiting.TryGetValue(subject, out var line))
        {
            return null;
        }

        var ahead = 0;
        var latest = now;
        foreach (var ((sequence, key), at) in line.TakeWhile(one => one.Key.Sequence < lease.Origin.Sequence).ToList())
        {
            if (at + Patience < now)
            {
                line.Remove((sequence, key));
                continue;
            }

            ahead++;
            latest = at > latest ? at : latest;
        }

        var pause = EachAhead * ahead;
        return ahead == 0 ? null : latest + (pause < MostAhead ? pause : MostAhead);
    }

    private static (long Sequence, string Key) Place(ActionLease lease) => (lease.Origin.Sequence, lease.Action.Key);

    private static bool IsOrdered(ActionLease lease, out string subject)
    {
        subject = lease.Origin.Subject ?? "";
        return lease.Attempts == 0 && subject.Length > 0;
    }
}
