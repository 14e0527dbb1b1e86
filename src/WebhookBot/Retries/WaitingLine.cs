using WebhookBot.Actions;

namespace WebhookBot.Retries;

/// <summary>
/// Who waits for a lane, and whose turn comes when. It only knows what was put off since the start; that all of it comes again is the journal's
/// due times. Not safe for several threads.
/// </summary>
internal sealed class WaitingLine
{
    /// <summary>How soon they look again who wait for what another one is just telling.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    // So many are told one by one; what waits beyond them is told as one.
    private const int MostSingle = 20;

    private readonly Dictionary<string, LivingThing> _things = new(StringComparer.Ordinal);
    private WaitingPile? _pile;
    private Pace? _pace;
    private int _singles;
    private TimeSpan _last;
    private TimeSpan _used;

    public int Count { get; private set; }

    /// <summary>Whether nobody waits and its pace asks nobody to.</summary>
    public bool IsAtRest(TimeSpan now) => Count == 0 && _used <= now && _pile is null && _things.Count == 0;

    /// <summary>What that target tells the state of, when some of it waits.</summary>
    public LivingThing? ThingOf(ActionTarget target) => target.Latest is { } key ? _things.GetValueOrDefault(key) : null;

    /// <summary>When its turn is at the earliest, as far as the pace goes and those who came before.</summary>
    public TimeSpan Turn(WaitingPlace? place, Pace? pace, TimeSpan now)
    {
        if (place?.Pile?.State == PileState.Telling)
        {
            return now + Moment;
        }

        if (pace is null)
        {
            return now;
        }

        var turn = _used - (pace.Interval * (pace.Burst - 1));
        return Count > 0 && place?.IsInLine != true && _last + pace.Interval > turn ? _last + pace.Interval : turn;
    }

    /// <summary>It takes its turn.</summary>
    public void Take(WaitingPlace? place, ActionTarget target, TimeSpan now)
    {
        if (place is not null)
        {
            Leave(place);
            place.IsUnderWay = true;
        }

        if (target.Pace is { } pace)
        {
            _used = (_used > now ? _used : now) + (pace.Interval * target.Turns);
        }
    }

    /// <summary>It waits. When it is to come again is its <see cref="WaitingPlace.At"/>.</summary>
    /// <param name="place">It.</param>
    /// <param name="target">Its target.</param>
    /// <param name="earliest">When at the earliest.</param>
    /// <param name="mayPile">Whether what is over a number of them may be told as one.</param>
    public void Wait(WaitingPlace place, ActionTarget target, TimeSpan earliest, bool mayPile)
    {
        _pace = target.Pace;
        if (target.Latest is { } key && place.Thing is null)
        {
            var thing = place.Thing = _things.TryGetValue(key, out var known) ? known : _things[key] = new LivingThing(key);
            var before = thing.Newest;
            thing.Add(place);
            if (before is { IsInLine: true } && before.At >= earliest && thing.Newest == place)
            {
                Stand(place, before.At);
                return;
            }
        }

        if (mayPile && JoinsPile(place))
        {
            place.Pile = _pile ??= new WaitingPile();
            _pile.Add(place, target.Line!);
            _singles -= place.IsInLine ? 1 : 0;
        }

        Move(place, earliest);
    }

    /// <summary>Whether it would lie on the pile if it was put off because nobody may call.</summary>
    public bool JoinsPile(WaitingPlace place) => place is { MayPile: true, Pile: null } && _singles - (place.IsInLine ? 1 : 0) + _things.Count >= MostSingle;

    /// <summary>It waits on, at its new time.</summary>
    public void Move(WaitingPlace place, TimeSpan earliest)
    {
        Leave(place);
        if (place.IsOvertaken)
        {
            var at = place.Thing!.Newest!.At + Moment;
            Stand(place, at > earliest ? at : earliest);
        }
        else if (place.Pile is { } pile)
        {
            pile.At = pile.At >= earliest ? pile.At : Next(earliest);
            Stand(place, pile.At);
        }
        else
        {
            Stand(place, Next(earliest));
        }
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
            pile.Absorb(begun);
        }

        _pile = pile;
    }

    /// <summary>It does not wait any more, lies on no pile and tells no state.</summary>
    public void Forget(WaitingPlace place)
    {
        Leave(place);
        if (place.Pile is { } pile && pile.Remove(place) == 0 && _pile == pile)
        {
            _pile = null;
        }

        place.Thing?.Remove(place);
        if (place.Thing is { IsEmpty: true } thing)
        {
            _things.Remove(thing.Key);
        }

        (place.Pile, place.Thing) = (null, null);
    }

    private void Stand(WaitingPlace place, TimeSpan at)
    {
        (place.At, place.IsInLine) = (at, true);
        Count++;
        _singles += IsSingle(place) ? 1 : 0;
    }

    private static bool IsSingle(WaitingPlace place) => place is { Pile: null, Thing: null };

    private void Leave(WaitingPlace place)
    {
        if (place.IsInLine)
        {
            place.IsInLine = false;
            Count--;
            _singles -= IsSingle(place) ? 1 : 0;
        }
    }

    private TimeSpan Next(TimeSpan earliest)
    {
        if (_pace is { } pace)
        {
            _last = Count > 0 && _last + pace.Interval > earliest ? _last + pace.Interval : earliest;
            return _last;
        }

        return earliest;
    }
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

    private readonly HashSet<WaitingPlace> _members = [];
    private readonly List<(WaitingPlace Of, string Line)> _lines = [];
    private DateTimeOffset _since = DateTimeOffset.MaxValue;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public PileState State { get; set; }

    /// <summary>When its turn is.</summary>
    public TimeSpan At { get; set; }

    public void Add(WaitingPlace place, string line)
    {
        _members.Add(place);
        if (_lines.Count < MostLines)
        {
            _lines.Add((place, line));
        }

        _since = place.ReceivedAt < _since ? place.ReceivedAt : _since;
        _until = place.ReceivedAt > _until ? place.ReceivedAt : _until;
    }

    /// <summary>Takes over another one.</summary>
    public void Absorb(WaitingPile other)
    {
        foreach (var member in other._members)
        {
            member.Pile = this;
        }

        _members.UnionWith(other._members);
        _lines.AddRange(other._lines.Take(MostLines - _lines.Count));
        _since = other._since < _since ? other._since : _since;
        _until = other._until > _until ? other._until : _until;
    }

    /// <summary>How many are left.</summary>
    public int Remove(WaitingPlace place)
    {
        _members.Remove(place);
        _lines.RemoveAll(l => l.Of == place);
        return _members.Count;
    }

    /// <summary>What it tells; null when only one is left, which tells itself.</summary>
    public ActionPile? Describe() => _members.Count <= 1 ? null : new ActionPile([.. _lines.Select(l => l.Line)], _members.Count, _since, _until);
}
