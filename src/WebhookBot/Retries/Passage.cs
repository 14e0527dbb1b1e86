using WebhookBot.Actions;
using WebhookBot.Journal;

namespace WebhookBot.Retries;

/// <summary>The answer to one action, and what came of it.</summary>
internal sealed class Passage : IPassage
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
