using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// Who waits for a lane, and whose turn comes when. It only knows what was put off since the start; that all of it comes again is the journal's
/// due times. Not safe for several threads.
/// </summary>
internal sealed class WaitingLine
{
    // Whoever did not come by so long after his turn has been called off, or has died.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // So many are told one by one; what waits beyond them is told as one.
    private const int MostSingle = 20;

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Newest> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitingPile> _piled = new(StringComparer.Ordinal);
    private WaitingPile? _pile;
    private TimeSpan _last;
    private TimeSpan _tidied;
    private TimeSpan _used;

    public int Count => _places.Count;

    /// <summary>Whether nobody waits and its pace asks nobody to.</summary>
    public bool IsAtRest(TimeSpan now) => _places.Count == 0 && _used <= now;

    /// <summary>The delivery whose newer state waits already; null when there is none.</summary>
    public string? OvertakenBy(ActionTarget target, ActionOrigin origin) =>
        target.Latest is { } key && _newest.TryGetValue(key, out var newest) && newest.Sequence > origin.Sequence ? newest.Delivery : null;

    /// <summary>The pile it lies on; null when it stands for itself.</summary>
    public WaitingPile? PileOf(string key) => _piled.GetValueOrDefault(key);

    /// <summary>When its turn is at the earliest, as far as the pace goes and those who came before.</summary>
    public TimeSpan Turn(string key, Pace? pace, TimeSpan now)
    {
        if (pace is null)
        {
            return now;
        }

        var turn = _used - (pace.Interval * (pace.Burst - 1));
        return _places.Count > 0 && !_places.ContainsKey(key) && _last + pace.Interval > turn ? _last + pace.Interval : turn;
    }

    /// <summary>It takes its turn.</summary>
    public void Take(string key, ActionTarget target, TimeSpan now)
    {
        Leave(key);
        if (target.Pace is { } pace)
        {
            _used = (_used > now ? _used : now) + (pace.Interval * target.Turns);
        }
    }

    /// <summary>It waits. When it is to come again.</summary>
    /// <param name="lease">The action.</param>
    /// <param name="target">Its target.</param>
    /// <param name="earliest">When at the earliest.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayPile">Whether what is over a number of them may be told as one.</param>
    public TimeSpan Wait(ActionLease lease, ActionTarget target, TimeSpan earliest, TimeSpan now, bool mayPile)
    {
        Tidy(now);
        var key = lease.Action.Key;
        Leave(key);
        if (target.Latest is { } thing)
        {
            var with = _newest.TryGetValue(thing, out var before) && before.At >= earliest ? before.At : Next(target, earliest);
            _newest[thing] = new Newest(lease.Origin.Sequence, lease.Origin.DeliveryId, key, with);
            _places[key] = new Place(with, thing);
            return with;
        }

        var pile = _piled.GetValueOrDefault(key);
        if (pile is null && mayPile && target.Line is not null && _places.Count - _piled.Count >= MostSingle)
        {
            pile = _pile ??= new WaitingPile();
            pile.Add(key, target.Line, lease.Origin.ReceivedAt);
            _piled[key] = pile;
        }

        var at = pile is not null && pile.At >= earliest ? pile.At : Next(target, earliest);
        if (pile is not null)
        {
            pile.At = at;
        }

        _places[key] = new Place(at, null);
        return at;
    }

    /// <summary>It tells the pile; nobody joins that any more until it is known what came of it.</summary>
    public ActionPile? Tell(WaitingPile pile)
    {
        pile.State = PileState.Telling;
        _pile = _pile == pile ? null : _pile;
        return pile.Describe();
    }

    /// <summary>The pile was not told: it waits on, and others may join it again.</summary>
    public void Untell(WaitingPile pile)
    {
        pile.State = PileState.Waiting;
        if (_pile is { } begun && begun != pile)
        {
            foreach (var key in pile.Absorb(begun))
            {
                _piled[key] = pile;
            }
        }

        _pile = pile;
    }

    /// <summary>It does not wait any more, and lies on no pile.</summary>
    public void Forget(string key)
    {
        Leave(key);
        if (_piled.Remove(key, out var pile) && pile.Remove(key) == 0 && _pile == pile)
        {
            _pile = null;
        }
    }

    /// <summary>Forgets who did not come by for long after his turn.</summary>
    public void Tidy(TimeSpan now)
    {
        if (now - _tidied < Patience)
        {
            return;
        }

        _tidied = now;
        foreach (var key in _places.Where(p => p.Value.At + Patience < now).Select(p => p.Key).ToList())
        {
            Forget(key);
        }
    }

    private void Leave(string key)
    {
        if (_places.Remove(key, out var place) && place.Latest is { } thing && _newest.TryGetValue(thing, out var newest) && newest.Key == key)
        {
            _newest.Remove(thing);
        }
    }

    private TimeSpan Next(ActionTarget target, TimeSpan earliest)
    {
        if (target.Pace is { } pace)
        {
            _last = _places.Count > 0 && _last + pace.Interval > earliest ? _last + pace.Interval : earliest;
            return _last;
        }

        return earliest;
    }

    private readonly record struct Place(TimeSpan At, string? Latest);

    private readonly record struct Newest(long Sequence, string Delivery, string Key, TimeSpan At);
}

/// <summary>Where a pile stands.</summary>
internal enum PileState
{
    Waiting,
    Telling,
    Told,
}

/// <summary>What is told as one.</summary>
internal sealed class WaitingPile
{
    private const int MostLines = 20;

    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly List<(string Key, string Line)> _lines = [];
    private DateTimeOffset _since = DateTimeOffset.MaxValue;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public PileState State { get; set; }

    /// <summary>When its turn is.</summary>
    public TimeSpan At { get; set; }

    public void Add(string key, string line, DateTimeOffset receivedAt)
    {
        _members.Add(key);
        if (_lines.Count < MostLines)
        {
            _lines.Add((key, line));
        }

        _since = receivedAt < _since ? receivedAt : _since;
        _until = receivedAt > _until ? receivedAt : _until;
    }

    /// <summary>Takes over another one. Its members.</summary>
    public IEnumerable<string> Absorb(WaitingPile other)
    {
        _members.UnionWith(other._members);
        _lines.AddRange(other._lines.Take(MostLines - _lines.Count));
        _since = other._since < _since ? other._since : _since;
        _until = other._until > _until ? other._until : _until;
        return other._members;
    }

    /// <summary>How many are left.</summary>
    public int Remove(string key)
    {
        _members.Remove(key);
        _lines.RemoveAll(l => l.Key == key);
        return _members.Count;
    }

    /// <summary>What it tells; null when only one is left, which tells itself.</summary>
    public ActionPile? Describe() => _members.Count <= 1 ? null : new ActionPile([.. _lines.Select(l => l.Line)], _members.Count, _since, _until);
}
