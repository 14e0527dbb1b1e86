using WebhookBot.Actions;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Pipeline;

/// <summary>Looks whether an action whose time has come is still wanted, and whether it is its turn.</summary>
internal sealed class HeldActionGate(
    IJournal journal, EventReader events, FactCollector facts, IRuleSetInForce rules, StillConditions conditions, TimeProvider clock) : IActionGate
{
    /// <summary>By these words it is known that a later event took its place.</summary>
    public const string Replaced = "replaced by delivery";

    // How often, and how far apart, a condition that cannot be told is asked again.
    private static readonly RetryPolicy Asking = new(6, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));

    // By these words it is known how often it was asked: each time is written, as each says its number.
    private const string CannotTellYet = "cannot tell yet whether it still holds";

    // What does not count as asking: whoever knows is away.
    private const string NotAnswered = "nobody can tell now whether it still holds";

    public async Task<Attempt?> AskAsync(ActionLease lease, CancellationToken cancellation)
    {
        if (lease.Action.Hold is { IsReplaceable: true, Key: { } key } && await FindNewerAsync(lease, key, cancellation) is { } newer)
        {
            return Skip($"{Replaced} {newer}, which came later");
        }

        if (lease.Action.After is null && lease.Action.Hold?.Still is null)
        {
            return null;
        }

        if (await journal.FindAsync(lease.Origin.DeliveryId, cancellation) is not { } record)
        {
            return Skip("the delivery it was planned for is gone");
        }

        return lease.Action.After is { } before && Follow(record, before) is { } turnedAway ? turnedAway
            : lease.Action.Hold?.Still is not null && lease.Attempts == 0 && !record.HasBegun(lease.Action) ? await AskStillAsync(lease, record, cancellation)
            : null;
    }

    private async Task<string?> FindNewerAsync(ActionLease lease, string key, CancellationToken cancellation)
    {
        var held = await journal.FindHeldAsync(key, cancellation);
        return held.LastOrDefault(h => h.Origin.Sequence > lease.Origin.Sequence)?.Origin.DeliveryId;
    }

    private Attempt? Follow(DeliveryRecord record, string before)
    {
        var place = record.Actions.TakeWhile(a => a.Action.Key != before).Count();
        var first = record.Actions.ElementAtOrDefault(place);
        switch (first?.Status)
        {
            case ActionStatus.Dead:
                return Skip($"left out: {NameOf(first.Action)} before it failed") with { LeftOutFor = place };
            case ActionStatus.Skipped when first.Attempts is [.., var last] && last.Detail.StartsWith(AttemptJudge.Stale, StringComparison.Ordinal):
                return Skip($"left out: {NameOf(first.Action)} before it was not done in time");
            case ActionStatus.Pending or ActionStatus.Running or ActionStatus.Retrying or ActionStatus.Waiting:
                var soon = clock.GetUtcNow() + TimeSpan.FromSeconds(1);
                var next = first.Attempts.Count > 0 ? first.Attempts[^1].NextAt : null;
                return new Attempt(clock.GetUtcNow(), ActionStatus.Waiting, $"waits for {NameOf(first.Action)}", next > soon ? next : soon);
            case ActionStatus.Skipped when first.Action.After is { } earlier:
                return Follow(record, earlier);
            default:
                return null;
        }
    }

    private async Task<Attempt?> AskStillAsync(ActionLease lease, DeliveryRecord record, CancellationToken cancellation)
    {
        var e = events.Read(record.Delivery);
        var written = lease.Action.Hold!.Still!.Value;
        Explanation explanation;
        try
        {
            (explanation, var wanted) = conditions.Ask(written, rules.Current, e, lease.Action.Rule);
            while (wanted.Count > 0)
            {
                e = await facts.CompleteAsync(e, wanted, cancellation);
                (explanation, wanted) = conditions.Ask(written, rules.Current, e, lease.Action.Rule);
            }
        }
        catch (InvalidDataException unreadable)
        {
            // A variable that it names is gone from the rules, or another version wrote it. It would be no more readable the next time.
            return Skip($"cannot tell whether it still holds: {unreadable.Message}");
        }

        var why = string.Join("; ", ExplanationText.Lines(explanation).Select(l => l.Trim()));
        var asked = record.Actions.First(a => a.Action.Key == lease.Action.Key)
            .Attempts.Count(attempt => attempt.Detail.StartsWith(CannotTellYet, StringComparison.Ordinal));
        Attempt Again(string detail)
        {
            var (own, wanted) = (Asking.DelayAfter(asked + 1, 1), e.Facts.Values.Max(f => f.After) ?? TimeSpan.Zero);
            return new Attempt(clock.GetUtcNow(), ActionStatus.Waiting, detail, clock.GetUtcNow() + (wanted > own ? wanted : own));
        }

        return explanation.Result switch
        {
            Truth.True => null,
            Truth.Unknown when Postponement.IsAway(e.Facts.Values, lease.Action.NotBefore ?? lease.Origin.ReceivedAt, clock.GetUtcNow()) => Again($"{NotAnswered}: {why}"),
            Truth.Unknown when asked < Asking.MaxAttempts && e.Facts.Values.Any(f => f.MayBeRetried) => Again($"{CannotTellYet} (asked {asked + 1} of {Asking.MaxAttempts} times): {why}"),
            Truth.Unknown => Skip($"cannot tell whether it still holds: {why}"),
            _ => Skip($"does not hold any more: {why}"),
        };
    }

    private static string NameOf(PlannedAction action) => action.Step ?? action.Action;

    private Attempt Skip(string why) => new(clock.GetUtcNow(), ActionStatus.Skipped, why);
}
