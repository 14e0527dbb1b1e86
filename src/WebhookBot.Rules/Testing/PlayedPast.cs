using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Testing;

/// <summary>What happened before in a series of events, kept in memory: what counts, and what is still held back. Nothing is carried out.</summary>
public sealed class PlayedPast : IRuleState
{
    private readonly List<Mark> _marks = [];
    private readonly List<PastAction> _actions = [];

    /// <inheritdoc/>
    public DateTimeOffset Now { get; private set; }

    /// <summary>What was planned so far, but for what a later event called off or replaced.</summary>
    public IReadOnlyList<PastAction> Actions => _actions;

    /// <inheritdoc/>
    public int Count(string mark, DateTimeOffset since) => _marks.Count(m => m.Key == mark && m.At > since);

    /// <inheritdoc/>
    public OpenDigest? FindDigest(string hold)
    {
        var held = _actions.Where(a => a.Planned.Hold is { Batch: not null } h && h.Key == hold).ToList();
        return held is [.., { Planned: { NotBefore: { } due, Hold.Batch: { } batch } }] && due > Now
            ? new OpenDigest(batch, due, held.Count(a => a.Planned.Hold!.Batch == batch))
            : null;
    }

    /// <summary>The event comes: it calls off what it calls off, and then its plan is made.</summary>
    public Plan Play(RuleSet rules, MatchResult result)
    {
        var e = result.Scope.Event;
        Now = e.ReceivedAt;
        if (e.Subject is { } subject)
        {
            _actions.RemoveAll(a => a.Planned.NotBefore > Now && a.Planned.Hold?.Key == Hold.WaitingFor(subject) && a.Planned.Hold.IsCalledOffBy(e));
        }

        var plan = Planner.Plan(rules, result, this);
        var newer = plan.Actions.Where(a => a.Hold is { IsReplaceable: true }).Select(a => a.Hold!.Key).ToHashSet(StringComparer.Ordinal);
        _actions.RemoveAll(a => a.Planned.NotBefore > Now && a.Planned.Hold is { IsReplaceable: true } hold && newer.Contains(hold.Key));
        _actions.AddRange(plan.Actions.Select(a => new PastAction(a, e)));
        _marks.AddRange(plan.Marks);
        return plan;
    }
}

/// <summary>An action, and the event that it was planned for.</summary>
public sealed record PastAction(PlannedAction Planned, WebhookEvent Event)
{
    /// <summary>How long it waits; zero when it is done at once.</summary>
    public TimeSpan Waits => Planned.NotBefore is { } due ? due - Event.ReceivedAt : TimeSpan.Zero;
}
