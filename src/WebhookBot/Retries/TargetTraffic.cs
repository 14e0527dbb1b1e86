using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>
/// Knows of each target whether it works, whether it asked to be left alone, and whose turn it is. What may not call now is put off in the
/// journal, so that neither a worker nor a subject waits for it. What it knows it knows since the start.
/// </summary>
public sealed partial class TargetTraffic(
    BreakerNotice notice, TimeProvider clock, Random random, IOptions<ActionsOptions> options, ILogger<TargetTraffic> log) : ITargetTraffic
{
    // As long as a target is down or limits its callers no attempt is held against an action; but not for ever.
    private static readonly TimeSpan LongestOutage = TimeSpan.FromDays(3);

    // What comes back after a wait is spread: over a while that grows with an outage, and over a little after a wait that was asked for.
    private static readonly TimeSpan LeastSpread = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostSpread = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MostPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan AskedSpread = TimeSpan.FromSeconds(25);

    // A due time is the wall clock's and the turn another clock's; they need not agree to the microsecond.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(10);

    // When there are so many, those that are at rest are forgotten.
    private const int ManyTargets = 1_000;

    private readonly Lock _gate = new();
    private readonly long _origin = clock.GetTimestamp();
    private readonly Dictionary<string, TargetHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TargetLane> _lanes = new(StringComparer.Ordinal);

    private TimeSpan Now => clock.GetElapsedTime(_origin);

    /// <inheritdoc/>
    public async Task<IPassage> AskAsync(ActionLease lease, ActionTarget target, bool isDue, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(target);
        Passage passage;
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
                PutOff(passage, Now + TimeSpan.FromSeconds(1 + random.NextDouble()), $"put off, not tried: {TargetRoom.Size} calls to {target.Host} are under way", mayPile: false);
            }

            return passage;
        }
    }

    /// <inheritdoc/>
    public void Forget(ActionLease lease, ActionTarget target)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(target);
        lock (_gate)
        {
            LaneOf(target).Line.Forget(lease.Action.Key);
            HostOf(target).Order.Leave(lease);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetReport> Reports()
    {
        lock (_gate)
        {
            foreach (var lane in _lanes.Values)
            {
                lane.Line.Tidy(Now);
            }

            var hosts = _hosts.Values.Where(h => h.Breaker.OpenSince is not null)
                .Select(h => new TargetReport(h.Kind, h.Name, "open", WallClock(h.Breaker), h.Breaker.Reason, _lanes.Values.Where(l => l.Host == h).Sum(l => l.Line.Count)));
            var lanes = _lanes.Values.Where(l => l.Breaker.OpenSince is not null || (l.Line.Count > 0 && l.Host.Breaker.OpenSince is null))
                .Select(l => new TargetReport(l.Host.Kind, l.Name, l.Breaker.OpenSince is null ? "paced" : "limited", WallClock(l.Breaker), l.Breaker.Reason, l.Line.Count));
            return [.. hosts, .. lanes];
        }
    }

    private async Task<Attempt?> ReportAsync(Passage passage, ActionOutcome outcome)
    {
        Attempt? instead;
        bool isOpening, isClosing, wasTold;
        lock (_gate)
        {
            var (host, lane, now) = (passage.Host, passage.Lane, Now);
            var later = outcome as ActionOutcome.RetryLater;
            passage.HasEnded = true;
            isOpening = later?.Kind == FaultKind.Down && host.Breaker.Fails(passage.IsProbeOfHost, now, later.Detail);

            // Where there was nothing to do, the target may not have been called at all.
            var isSilent = outcome is ActionOutcome.Skipped;
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

            EndPile(passage, outcome);
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

        PutOff(passage, now + Spread(passage, breaker.Pause(now), now), UncertainEnd.Tell($"{later!.Detail}; put off, not counted as an attempt", later.MayHaveHappened), mayPile: true);
        return passage.TurnedAway;
    }

    // Under the gate. True when it was turned away.
    private bool Decide(Passage passage, bool begins)
    {
        var (lease, target, host, lane, now) = (passage.Lease, passage.Target, passage.Host, passage.Lane, Now);
        var key = lease.Action.Key;
        if (lane.Line.OvertakenBy(target, lease.Origin) is { } newer)
        {
            lane.Line.Forget(key);
            passage.TurnedAway = new Attempt(clock.GetUtcNow(), ActionStatus.Skipped, $"overtaken by delivery {newer}, which has the newer state and waits for {lane.Name}");
            return true;
        }

        var pile = lane.Line.PileOf(key);
        if (pile?.State == PileState.Told)
        {
            lane.Line.Forget(key);
            passage.TurnedAway = new Attempt(clock.GetUtcNow(), ActionStatus.Succeeded, $"told in one message to {lane.Name} with the others that had piled up");
            return true;
        }

        if (host.Breaker.Pause(now) is var down && lane.Breaker.Pause(now) is var limit && (down > TimeSpan.Zero || limit > TimeSpan.Zero))
        {
            var why = down > TimeSpan.Zero
                ? $"put off, not tried: {host.Name} does not work ({host.Breaker.Reason})"
                : $"put off, not tried: {lane.Name} is left alone ({lane.Breaker.Reason})";
            PutOff(passage, now + Spread(passage, down > limit ? down : limit, now), why, mayPile: true);
            return true;
        }

        if (host.Order.Behind(lease, now) is { } behind)
        {
            PutOff(passage, behind, "put off, not tried: what came before it of the same subject goes first", mayPile: false);
            return true;
        }

        var turn = pile?.State == PileState.Telling ? now + TimeSpan.FromSeconds(2) : lane.Line.Turn(key, target.Pace, now);
        if (turn > now)
        {
            PutOff(passage, turn, $"put off, not tried: it is not its turn yet at {lane.Name}", mayPile: false);
            return true;
        }

        if (begins)
        {
            lane.Line.Take(key, target, now);
            passage.IsProbeOfHost = host.Breaker.Begin();
            passage.IsProbeOfLane = lane.Breaker.Begin();
            passage.IsUnderWay = true;
            passage.CarriedPile = pile;
            passage.Pile = pile is null ? null : lane.Line.Tell(pile);
        }

        return false;
    }

    private void PutOff(Passage passage, TimeSpan earliest, string why, bool mayPile)
    {
        var now = Now;
        var at = passage.Lane.Line.Wait(passage.Lease, passage.Target, earliest, now, mayPile);
        passage.Host.Order.Wait(passage.Lease, at);
        var wall = clock.GetUtcNow();
        passage.TurnedAway = new Attempt(wall, ActionStatus.Waiting, why, wall + (at - now) + Margin);
    }

    // The longer a target has been down, the longer what waits for it is let be: each look costs a record. A lane with a pace is spread by that.
    private static TimeSpan Spread(Passage passage, TimeSpan pause, TimeSpan now)
    {
        var down = passage.Host.Breaker.OpenSince is { } since ? now - since : (TimeSpan?)null;
        if (passage.Target.Pace is not null)
        {
            return pause + TimeSpan.FromTicks(Math.Min((down ?? TimeSpan.Zero).Ticks / 8, MostPatience.Ticks));
        }

        var within = down is { } age ? TimeSpan.FromTicks(Math.Clamp(age.Ticks, LeastSpread.Ticks, MostSpread.Ticks)) : AskedSpread;

        // All of one subject comes at the same moment again, so that the first to arrive goes first.
        return pause + (within * (string.GetHashCode(SubjectOf(passage.Lease), StringComparison.Ordinal) & int.MaxValue) / int.MaxValue);
    }

    private static string SubjectOf(ActionLease lease) => lease.Origin.Subject ?? lease.Origin.DeliveryId;

    private static void EndPile(Passage passage, ActionOutcome? outcome)
    {
        if (passage.CarriedPile is { } pile)
        {
            if (outcome is ActionOutcome.Succeeded)
            {
                pile.State = PileState.Told;
            }
            else
            {
                passage.Lane.Line.Untell(pile);
            }

            if (outcome is not (null or ActionOutcome.RetryLater))
            {
                passage.Lane.Line.Forget(passage.Lease.Action.Key);
            }
        }
    }

    private void End(Passage passage)
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
                EndPile(passage, outcome: null);
            }

            if (passage.TurnedAway?.Status != ActionStatus.Waiting)
            {
                passage.Host.Order.Leave(passage.Lease);
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

    // Names of hosts and channels may come out of payloads: there is no end of them.
    private void ForgetIdle()
    {
        if (_hosts.Count + _lanes.Count < ManyTargets)
        {
            return;
        }

        var now = Now;
        foreach (var lane in _lanes.Values.Where(l => l is { Users: 0, Breaker.OpenSince: null } && l.Line.IsAtRest(now)).ToList())
        {
            _lanes.Remove(lane.Name);
        }

        var used = _lanes.Values.Select(l => l.Host).ToHashSet();
        foreach (var host in _hosts.Values.Where(h => h is { Users: 0, Breaker.OpenSince: null, Order.IsEmpty: true } && !used.Contains(h)).ToList())
        {
            _hosts.Remove(host.Name);
            host.Room.Dispose();
        }
    }

    private DateTimeOffset? WallClock(CircuitBreaker breaker) => breaker.OpenSince is { } since ? clock.GetUtcNow() - (Now - since) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} does not work and is left alone but for one try at a time: {Reason}")]
    private partial void LogOpen(string target, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Target} works again")]
    private partial void LogClosed(string target);

    private sealed class Passage : IPassage
    {
        private readonly TargetTraffic _traffic;

        public Passage(TargetTraffic traffic, ActionLease lease, ActionTarget target, TargetLane lane)
        {
            (_traffic, Lease, Target, Lane) = (traffic, lease, target, lane);
            Host.Users++;
            lane.Users++;
        }

        public ActionLease Lease { get; }

        public ActionTarget Target { get; }

        public TargetHost Host => Lane.Host;

        public TargetLane Lane { get; }

        public Attempt? TurnedAway { get; set; }

        public ActionPile? Pile { get; set; }

        public WaitingPile? CarriedPile { get; set; }

        public bool IsProbeOfHost { get; set; }

        public bool IsProbeOfLane { get; set; }

        public bool IsUnderWay { get; set; }

        public bool HasEnded { get; set; }

        public bool HasRoom { get; set; }

        public Task<Attempt?> ReportAsync(ActionOutcome outcome) => _traffic.ReportAsync(this, outcome);

        public void Dispose() => _traffic.End(this);
    }
}
