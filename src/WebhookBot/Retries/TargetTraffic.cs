using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// Knows of each target whether it works, whether it asked to be left alone, and whose turn it is. What may not call now is put off in the
/// journal, so that neither a worker nor a subject waits for it. What it knows it knows since the start; of what was put off before, only what comes first.
/// </summary>
internal sealed partial class TargetTraffic(
    BreakerNotice notice, EarlierWaits earlier, TimeProvider clock, Random random, IOptions<ActionsOptions> options, ILogger<TargetTraffic> log) : ITargetTraffic
{
    // As long as a target is down or limits its callers no attempt is held against an action; but not for ever.
    private static readonly TimeSpan LongestOutage = TimeSpan.FromDays(3);

    // A due time is the wall clock's and the turn another clock's; they need not agree to the microsecond.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(10);

    // When there are so many, those that are at rest are forgotten.
    private const int ManyTargets = 1_000;

    /// <summary>By these words it is known after a start what was put off at a target.</summary>
    public const string NotTried = "put off, not tried";

    /// <summary>The same of what was tried.</summary>
    public const string NotCounted = "put off, not counted as an attempt";

    private readonly Lock _gate = new();
    private readonly long _origin = clock.GetTimestamp();
    private readonly Dictionary<string, TargetHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TargetLane> _lanes = new(StringComparer.Ordinal);
    private readonly WaitingPlaces _places = new();
    private int _many = ManyTargets;

    private TimeSpan Now => clock.GetElapsedTime(_origin);

    /// <inheritdoc/>
    public async Task<IPassage> AskAsync(ActionLease lease, ActionTarget target, bool isDue, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(target);
        Passage passage;
        await earlier.RecallAsync(lease, Recall, cancellation);
        lock (_gate)
        {
            passage = new Passage(this, lease, target, LaneOf(target));
            if (Decide(passage, begins: !isDue) || !isDue)
            {
                return passage;
            }
        }

        try
        {
            passage.HasRoom = await passage.Host.Room.EnterAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            passage.Dispose();
            throw;
        }

        lock (_gate)
        {
            if (passage.HasRoom)
            {
                Decide(passage, begins: true);
            }
            else
            {
                PutOffUntil(passage, Now + TimeSpan.FromSeconds(1 + random.NextDouble()), $"{NotTried}: {TargetRoom.Size} calls to {target.Host} are under way");
            }

            return passage;
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? Later(ActionId action)
    {
        lock (_gate)
        {
            if (_places.Find(action) is not { IsInLine: true, IsReplaceable: false } place)
            {
                return null;
            }

            var (now, wall) = (Now, clock.GetUtcNow());
            var pause = WaitingPlaces.PauseOf(place.Lane, now);
            pause = pause == TimeSpan.Zero && place.IsOvertaken ? WaitingLine.Moment : pause;
            if (pause == TimeSpan.Zero || wall >= place.StaleAt || place.Lane.Line.JoinsPile(place))
            {
                return null;
            }

            place.Lane.Line.Move(place, now + WaitingPlaces.Spread(place, pause, now));
            var at = wall + (place.At - now) + Margin;
            return at > place.StaleAt ? place.StaleAt : at;
        }
    }

    /// <inheritdoc/>
    public void Forget(ActionId action)
    {
        lock (_gate)
        {
            _places.Forget(action);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetReport> Reports()
    {
        lock (_gate)
        {
            _places.Tidy(Now);
            var now = Now;
            var hosts = _hosts.Values.Where(h => h.Breaker.OpenSince is not null && !h.Breaker.IsForgotten(now))
                .Select(h => new TargetReport(h.Kind, h.Name, "open", WallClock(h.Breaker), h.Breaker.Reason, _lanes.Values.Where(l => l.Host == h).Sum(l => l.Line.Count)));
            var lanes = _lanes.Values.Where(l => (l.Breaker.OpenSince is not null && !l.Breaker.IsForgotten(now)) || (l.Line.Count > 0 && l.Host.Breaker.OpenSince is null))
                .Select(l => new TargetReport(l.Host.Kind, l.Name, l.Breaker.OpenSince is null ? "paced" : "limited", WallClock(l.Breaker), l.Breaker.Reason, l.Line.Count));
            return [.. hosts, .. lanes];
        }
    }

    public async Task<Attempt?> ReportAsync(Passage passage, ActionOutcome outcome)
    {
        Attempt? instead;
        bool isOpening, isClosing, wasTold;
        lock (_gate)
        {
            var (host, lane, now) = (passage.Host, passage.Lane, Now);
            var later = outcome as ActionOutcome.RetryLater;
            passage.HasEnded = true;
            isOpening = later?.Kind == FaultKind.Down && host.Breaker.Fails(passage.IsProbeOfHost, now, later.Detail, later.After);

            // Where there was nothing to do, or nothing that could be done, the target may not have been called at all.
            var isSilent = outcome is ActionOutcome.Skipped or ActionOutcome.Failed { IsOurs: true };
            isClosing = !isSilent && later?.Kind is null or FaultKind.Limited && host.Breaker.Works(passage.IsProbeOfHost);
            switch (later?.Kind)
            {
                case null when !isSilent:
                    lane.Breaker.Works(passage.IsProbeOfLane);
                    break;
                case FaultKind.Limited:
                    lane.Breaker.Fails(passage.IsProbeOfLane, now, later!.Detail, later.After, later.IsGuess);
                    break;
                default:
                    host.Breaker.EndsWithout(passage.IsProbeOfHost);
                    lane.Breaker.EndsWithout(passage.IsProbeOfLane);
                    break;
            }

            if (outcome is ActionOutcome.Succeeded)
            {
                passage.CarriedPile?.State = PileState.Told;
                lane.Line.ThingOf(passage.Target)?.Tell(passage.Lease.Origin);
            }

            instead = Instead(passage, later, now);
            wasTold = host.IsTold;
            host.IsTold &= !isClosing;
        }

        if (isOpening)
        {
            LogOpen(passage.Target.Host, outcome.Detail);
            passage.Host.IsTold = await notice.OpenedAsync(passage.Lease, passage.Target, outcome.Detail);
        }
        else if (isClosing)
        {
            LogClosed(passage.Target.Host);
            if (wasTold)
            {
                await notice.ClosedAsync(passage.Target);
            }
        }

        return instead;
    }

    // A try that only found out that the target does not work, or that came too often, is not held against the action.
    private Attempt? Instead(Passage passage, ActionOutcome.RetryLater? later, TimeSpan now)
    {
        var breaker = later?.Kind switch
        {
            FaultKind.Limited => passage.Lane.Breaker,
            FaultKind.Down when passage.IsProbeOfHost => passage.Host.Breaker,
            _ => null,
        };
        if (breaker?.OpenSince is not { } since || now - since > LongestOutage)
        {
            return null;
        }

        Untell(passage);
        PutOffFor(passage, breaker.Pause(now), UncertainEnd.Tell($"{later!.Detail}; {NotCounted}", later.MayHaveHappened));
        return passage.TurnedAway;
    }

    // What was put off before the start goes first, too. It is looked at when its record says.
    private void Recall(ActionLease lease, ActionTarget target, DateTimeOffset due)
    {
        lock (_gate)
        {
            if (_places.Find(lease.Id) is null)
            {
                var place = _places.Of(lease, target, LaneOf(target));
                place.At = Now + (due - clock.GetUtcNow());
                place.Lane.Host.Order.Wait(place);
            }
        }
    }

    // Under the gate. True when it was turned away.
    private bool Decide(Passage passage, bool begins)
    {
        var (lease, target, host, lane, now) = (passage.Lease, passage.Target, passage.Host, passage.Lane, Now);
        var place = _places.Find(lease.Id);
        var thing = lane.Line.ThingOf(target);
        if (thing?.ToldAfter(lease.Origin.Sequence) is { } told)
        {
            passage.TurnedAway = new Attempt(clock.GetUtcNow(), ActionStatus.Skipped, $"overtaken by delivery {told}, which told {lane.Name} the newer state");
            return true;
        }

        var pile = place?.Pile;
        if (pile?.State == PileState.Told)
        {
            passage.TurnedAway = new Attempt(clock.GetUtcNow(), ActionStatus.Succeeded, $"told in one message to {lane.Name} with the others that had piled up");
            return true;
        }

        if (WaitingPlaces.PauseOf(lane, now) is var pause && pause > TimeSpan.Zero)
        {
            PutOffFor(passage, pause, $"{NotTried}: {Closed(lane)}");
            return true;
        }

        if (thing?.Newest is { } newest && newest.Id.Sequence > lease.Origin.Sequence)
        {
            PutOffUntil(passage, now + WaitingLine.Moment, $"{NotTried}: {Closed(lane) ?? $"delivery {newest.Delivery} has the newer state and waits for {lane.Name}"}");
            return true;
        }

        if (host.Order.Behind(lease, now) is { } behind)
        {
            PutOffUntil(passage, behind, $"{NotTried}: {Closed(lane) ?? "what came before it of the same subject goes first"}");
            return true;
        }

        var turn = lane.Line.Turn(place, target.Pace, now);
        if (turn > now)
        {
            PutOffUntil(passage, turn, $"{NotTried}: {Closed(lane) ?? $"it is not its turn yet at {lane.Name}"}");
            return true;
        }

        if (begins)
        {
            lane.Line.Take(place, target, now);
            passage.IsProbeOfHost = host.Breaker.Begin();
            passage.IsProbeOfLane = lane.Breaker.Begin();
            passage.IsUnderWay = true;
            passage.CarriedPile = pile;
            passage.Pile = pile is null ? null : lane.Line.Tell(pile);
        }

        return false;
    }

    // As long as it is not known to work again that is why all wait, those too that would wait for something else then.
    private static string? Closed(TargetLane lane) =>
        lane.Host.Breaker.OpenSince is not null ? $"{lane.Host.Name} does not work ({lane.Host.Breaker.FirstReason})"
        : lane.Breaker.OpenSince is not null ? $"{lane.Name} is left alone ({lane.Breaker.FirstReason})"
        : null;

    // For as long as nobody may call.
    private void PutOffFor(Passage passage, TimeSpan pause, string why) => PutOff(passage, place => Now + WaitingPlaces.Spread(place, pause, Now), why);

    private void PutOffUntil(Passage passage, TimeSpan earliest, string why) => PutOff(passage, _ => earliest, why);

    private void PutOff(Passage passage, Func<WaitingPlace, TimeSpan> earliest, string why)
    {
        _places.Tidy(Now);
        var (lease, now) = (passage.Lease, Now);
        var place = _places.Of(lease, passage.Target, passage.Lane);
        place.IsUnderWay = false;
        passage.Lane.Line.Wait(place, passage.Target, earliest(place), mayPile: Closed(passage.Lane) is not null);
        passage.Host.Order.Wait(place);
        var wall = clock.GetUtcNow();
        passage.TurnedAway = new Attempt(wall, ActionStatus.Waiting, why, wall + (place.At - now) + Margin);
    }

    private static void Untell(Passage passage)
    {
        if (passage.CarriedPile is { State: PileState.Telling } pile)
        {
            passage.Lane.Line.Untell(pile);
        }
    }

    public void End(Passage passage)
    {
        if (passage.HasRoom)
        {
            passage.Host.Room.Leave();
        }

        lock (_gate)
        {
            if (passage is { IsUnderWay: true, HasEnded: false })
            {
                passage.Host.Breaker.EndsWithout(passage.IsProbeOfHost);
                passage.Lane.Breaker.EndsWithout(passage.IsProbeOfLane);
            }

            // Not sooner: whoever was to tell it and has died by now does not lie on it any more.
            Untell(passage);
            if (passage.TurnedAway?.Status != ActionStatus.Waiting)
            {
                _places.Leave(passage.Lease.Id, Now);
            }

            passage.Host.Users--;
            passage.Lane.Users--;
        }
    }

    private TargetHost HostOf(ActionTarget target)
    {
        if (!_hosts.TryGetValue(target.Host, out var host))
        {
            _hosts.Add(target.Host, host = new TargetHost(target.Kind, target.Host, new CircuitBreaker(options.Value.BreakAfter)));
        }

        return host;
    }

    private TargetLane LaneOf(ActionTarget target)
    {
        if (!_lanes.TryGetValue(target.Lane, out var lane))
        {
            ForgetIdle();
            _lanes.Add(target.Lane, lane = new TargetLane(target.Lane, HostOf(target)));
        }

        return lane;
    }

    private static bool IsAtRest(CircuitBreaker breaker, TimeSpan now) => breaker.OpenSince is null || breaker.IsForgotten(now);

    // Names of hosts and channels may come out of payloads: there is no end of them.
    private void ForgetIdle()
    {
        if (_hosts.Count + _lanes.Count < _many)
        {
            return;
        }

        var now = Now;
        foreach (var lane in _lanes.Values.Where(l => l.Users == 0 && IsAtRest(l.Breaker, now) && l.Line.IsAtRest(now)).ToList())
        {
            _lanes.Remove(lane.Name);
        }

        var used = _lanes.Values.Select(l => l.Host).ToHashSet();
        foreach (var host in _hosts.Values.Where(h => h is { Users: 0, Order.IsEmpty: true } && IsAtRest(h.Breaker, now) && !used.Contains(h)).ToList())
        {
            _hosts.Remove(host.Name);
            host.Room.Dispose();
        }

        // What is in use stays, and is not gone through again for each that comes.
        _many = Math.Max(ManyTargets, 2 * (_hosts.Count + _lanes.Count));
    }

    private DateTimeOffset? WallClock(CircuitBreaker breaker) => breaker.OpenSince is { } since ? clock.GetUtcNow() - (Now - since) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} does not work and is left alone but for one try at a time: {Reason}")]
    private partial void LogOpen(string target, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Target} works again")]
    private partial void LogClosed(string target);
}
