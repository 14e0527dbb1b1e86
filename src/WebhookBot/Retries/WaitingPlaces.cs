using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>What was put off at any target since the start, and how long it is let be. Not safe for several threads.</summary>
internal sealed class WaitingPlaces
{
    // What comes back after a wait is spread: over a while that grows with an outage, and over a little after a wait that was asked for.
    private static readonly TimeSpan LeastSpread = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostSpread = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MostPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan AskedSpread = TimeSpan.FromSeconds(25);

    // Whoever did not come by so long after his time has been called off, or has died.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<ActionId, WaitingPlace> _places = [];
    private TimeSpan _tidied;

    /// <summary>How long nobody may call.</summary>
    public static TimeSpan PauseOf(TargetLane lane, TimeSpan now)
    {
        var (down, limit) = (lane.Host.Breaker.Pause(now), lane.Breaker.Pause(now));
        return down > limit ? down : limit;
    }

    /// <summary>The longer a target has been down, the longer what waits for it is let be. A lane with a pace is spread by that.</summary>
    public static TimeSpan Spread(WaitingPlace place, TimeSpan pause, TimeSpan now)
    {
        var down = place.Lane.Host.Breaker.OpenSince is { } since ? now - since : (TimeSpan?)null;
        if (place.IsPaced)
        {
            return pause + TimeSpan.FromTicks(Math.Min((down ?? TimeSpan.Zero).Ticks / 8, MostPatience.Ticks));
        }

        var within = down is { } age ? TimeSpan.FromTicks(Math.Clamp(age.Ticks, LeastSpread.Ticks, MostSpread.Ticks)) : AskedSpread;
        return pause + (within * place.Spread);
    }

    public WaitingPlace? Find(ActionId action) => _places.GetValueOrDefault(action);

    /// <summary>Its place, a new one if it has none.</summary>
    public WaitingPlace Of(ActionLease lease, ActionTarget target, TargetLane lane)
    {
        if (Find(lease.Id) is { } known && known.Lane == lane)
        {
            return known;
        }

        // Its lane was at rest and forgotten meanwhile.
        Forget(lease.Id);
        return _places[lease.Id] = new WaitingPlace(lease, target, lane);
    }

    /// <summary>It was tried, or was not wanted. Only who is to tell a pile and is tried again stays known: the pile is his until then.</summary>
    public void Leave(ActionId action, TimeSpan now)
    {
        if (Find(action) is not { } place)
        {
            return;
        }

        place.IsOrdered = false;
        if (place.Pile is { State: PileState.Waiting } && place.IsUnderWay)
        {
            (place.IsUnderWay, place.At) = (false, now);
            place.Lane.Host.Order.Leave(place);
        }
        else
        {
            Forget(action);
        }
    }

    /// <summary>It has ended.</summary>
    public void Forget(ActionId action)
    {
        if (_places.Remove(action, out var place))
        {
            place.Lane.Line.Forget(place);
            place.Lane.Host.Order.Leave(place);
        }
    }

    /// <summary>Forgets who did not come by for long after his time.</summary>
    public void Tidy(TimeSpan now)
    {
        if (now - _tidied < Patience)
        {
            return;
        }

        _tidied = now;
        foreach (var place in _places.Values.Where(place => !place.IsUnderWay && place.At + Patience < now).ToList())
        {
            Forget(place.Id);
        }
    }
}
