using System.Text.Json;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Pipeline;

/// <summary>What was done about a delivery before, and what of a new plan that leaves to do.</summary>
internal sealed class DoneBefore(IReadOnlyList<DeliveryRecord> before, IReadOnlyList<string> force, string id)
{
    private readonly Dictionary<string, string> _newKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    /// <summary>Whether the action has that key, that name, or stands in a step of that name.</summary>
    public static bool IsNamed(PlannedAction action, string name) => action.Key == name || action.Action == name || action.Step == name;

    public (IReadOnlyList<PlannedAction> Actions, IReadOnlyList<(DeliveryRecord Of, int Action)> TakenOver) Sort(IReadOnlyList<PlannedAction> planned)
    {
        var actions = new List<PlannedAction>();
        var takenOver = new List<(DeliveryRecord, int)>();
        foreach (var action in planned)
        {
            var same = SameAs(action);
            var left = Leave(action with { Omitted = null, After = action.After is { } key ? _newKeys.GetValueOrDefault(key, key) : null }, same);
            actions.Add(left);
            if (left.Omitted is null)
            {
                takenOver.AddRange(same.Where(s => s.Record.Status == ActionStatus.Dead).Select(s => (s.Of, s.Index)));
            }
        }

        return (actions, takenOver);
    }

    private PlannedAction Leave(PlannedAction action, List<(DeliveryRecord Of, int Index, PlannedActionRecord Record)> same)
    {
        var isForced = force.Any(name => IsNamed(action, name));
        var done = same.LastOrDefault(s => s.Record.Status == ActionStatus.Succeeded);
        var open = same.LastOrDefault(s => s.Record.Status is ActionStatus.Pending or ActionStatus.Running or ActionStatus.Retrying or ActionStatus.Waiting);
        if (!isForced && done.Of is not null)
        {
            return Omit(action, $"done already in {done.Of.Delivery.Id}: {done.Record.Attempts[^1].Detail}");
        }

        if (!isForced && (open.Of is not null || (action.After is not null && _underWay.Contains(action.After))))
        {
            _underWay.Add(action.Key);
            return Omit(action, open.Of is null ? "comes after what is still under way" : $"still under way in {open.Of.Delivery.Id}");
        }

        if (!isForced && same.LastOrDefault(s => IsUnwanted(s.Record)) is { Of: not null } unwanted)
        {
            return Omit(action, $"{unwanted.Record.Attempts[^1].Detail}, so it is not done in a replay either");
        }

        // A target that knows the old key would take it for what it did before, or two actions of the line would share one.
        var isKeyTaken = done.Of is not null || open.Of is not null || Everything().Any(b => b.Record.Action.Key == action.Key && b.Record.Action.Action != action.Action);
        return isKeyTaken ? Renew(action) : same.Any(s => WasTried(s.Record)) ? action with { TriedSince = before.Min(b => b.Delivery.ReceivedAt) } : action;
    }

    // It waits for nothing, and nobody is to find it waiting.
    private static PlannedAction Omit(PlannedAction action, string why) => action with { Omitted = why, NotBefore = null, Hold = null };

    // What came later made it pointless, and a replay comes later still.
    private static bool IsUnwanted(PlannedActionRecord record) => record is { Status: ActionStatus.Skipped, Attempts: [.., var last] }
        && (last.Detail.StartsWith(PlanMaker.CalledOff, StringComparison.Ordinal) || last.Detail.StartsWith(HeldActionGate.Replaced, StringComparison.Ordinal));

    private static bool WasTried(PlannedActionRecord record) =>
        UncertainEnd.IsIn(record) || record.Attempts.Any(a => a.Status is ActionStatus.Running or ActionStatus.Retrying or ActionStatus.Dead);

    private PlannedAction Renew(PlannedAction action)
    {
        var key = IdempotencyKey.For(id, action.Rule, action.Key, 0);
        _newKeys[action.Key] = key;
        return action.Action != Digest.Gather || action.Hold is not { } hold
            ? action with { Key = key }
            : action with
            {
                Key = key,
                Arguments = JsonSerializer.SerializeToElement(new { key = hold.Key is null ? "" : Hold.TextOf(hold.Key), batch = key }),
                Hold = hold with { Batch = key },
            };
    }

    // By its key; when the steps stand otherwise now, by what it does.
    private List<(DeliveryRecord Of, int Index, PlannedActionRecord Record)> SameAs(PlannedAction action)
    {
        var ofName = Everything().Where(b => b.Record.Action.Rule == action.Rule && b.Record.Action.Action == action.Action && b.Record.Action.Omitted is null).ToList();
        var ofKey = ofName.Where(b => b.Record.Action.Key == action.Key).ToList();
        return ofKey.Count > 0 ? ofKey : [.. ofName.Where(b => JsonElement.DeepEquals(b.Record.Action.Arguments, action.Arguments))];
    }

    private IEnumerable<(DeliveryRecord Of, int Index, PlannedActionRecord Record)> Everything() =>
        before.SelectMany(of => of.Actions.Select((record, index) => (of, index, record)));
}
