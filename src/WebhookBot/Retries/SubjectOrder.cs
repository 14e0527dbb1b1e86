using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// What was put off at a target before it was ever tried, by subject: what comes later of the same subject goes behind it, so that a target's
/// being down does not change the order of events. Retries have no order. Not safe for several threads.
/// </summary>
internal sealed class SubjectOrder
{
    private static readonly TimeSpan EachAhead = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, SortedDictionary<(long Sequence, int Index), WaitingPlace>> _waiting = new(StringComparer.Ordinal);

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>It was put off.</summary>
    public void Wait(WaitingPlace place)
    {
        if (place.IsOrdered)
        {
            (_waiting.TryGetValue(place.Subject!, out var line) ? line : _waiting[place.Subject!] = [])[(place.Id.Sequence, place.Id.Index)] = place;
        }
    }

    /// <summary>It was tried, or is not wanted any more.</summary>
    public void Leave(WaitingPlace place)
    {
        if (place.Subject is { } subject && _waiting.TryGetValue(subject, out var line) && line.Remove((place.Id.Sequence, place.Id.Index)) && line.Count == 0)
        {
            _waiting.Remove(subject);
        }
    }

    /// <summary>
    /// When it may be looked at again, as deliveries before its own are to be tried first; null when none is. What is overtaken is not: it is only
    /// tried when a later one is not.
    /// </summary>
    public TimeSpan? Behind(ActionLease lease, TimeSpan now)
    {
        if (lease.Attempts > 0 || lease.Origin.Subject is not { Length: > 0 } subject || !_waiting.TryGetValue(subject, out var line))
        {
            return null;
        }

        var ahead = 0;
        var latest = now;
        foreach (var place in line.TakeWhile(one => one.Key.Sequence < lease.Origin.Sequence).Select(one => one.Value).Where(place => !place.IsOvertaken))
        {
            ahead++;
            latest = place.At > latest ? place.At : latest;
        }

        var pause = EachAhead * ahead;
        return ahead == 0 ? null : latest + (pause < MostAhead ? pause : MostAhead);
    }
}
