using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Actions;

/// <summary>
/// Tries one planned action and records what came of it. The first try and every retry go through here; what was decided is carried out,
/// whatever the rules say by then.
/// </summary>
public sealed partial class ActionRunner(IEnumerable<IAction> actions, RunnerTools tools, TimeProvider clock, ILogger<ActionRunner> log)
{
    private readonly Dictionary<string, IAction> _actions = actions.ToDictionary(a => a.Descriptor.Name, StringComparer.Ordinal);
    private readonly KeyedLock _things = new();

    /// <summary>Tries it. The attempt; null when the lease ran out meanwhile and nothing was recorded.</summary>
    public async Task<Attempt?> RunAsync(ActionLease lease, JsonElement payload, ActionTry how, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var attempt = await TryOrFailAsync(lease, payload, how, cancellation);
        if (attempt is { Status: not (ActionStatus.Waiting or ActionStatus.Retrying) })
        {
            tools.Traffic.Forget(lease.Id);
        }

        return attempt;
    }

    // A try that ends like this every time has to end as a dead letter: nobody else would ever count it.
    private async Task<Attempt?> TryOrFailAsync(ActionLease lease, JsonElement payload, ActionTry how, CancellationToken cancellation)
    {
        try
        {
            return await TryAsync(lease, payload, how, cancellation);
        }
        catch (Exception e) when (e is not JournalUnavailableException && !(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            LogOurMistake(e, lease.Action.Key, lease.Action.Action);
            var failed = tools.Judge.Judge(FailedInside(e, lease.Action.Key) with { MayHaveHappened = true }, lease.Action.Retry, lease.Attempts + 1);
            return await tools.Recorder.RecordAsync(lease, failed, null, cancellation);
        }
    }

    private static ActionOutcome.RetryLater FailedInside(Exception e, string key) =>
        new($"failed inside the bot ({e.GetType().Name}); the log has the details under {key}");

    private async Task<Attempt?> TryAsync(ActionLease lease, JsonElement payload, ActionTry how, CancellationToken cancellation)
    {
        var planned = lease.Action;
        if (planned.Omitted is { } why)
        {
            return await RecordAsync(lease, ActionStatus.Skipped, why, cancellation);
        }

        if ((planned.Hold is not null || planned.After is not null) && await tools.Gate.AskAsync(lease, cancellation) is { } turnedAway)
        {
            return await tools.Recorder.TurnAwayAsync(lease, turnedAway, cancellation);
        }

        if ((planned.Problem ?? Quarantine.Refusal(lease.Interrupted)) is { } problem)
        {
            return await RecordAsync(lease, ActionStatus.Dead, problem, cancellation);
        }

        if (!_actions.TryGetValue(planned.Action, out var action))
        {
            return await RecordAsync(lease, ActionStatus.Dead, $"this version has no action '{planned.Action}'", cancellation);
        }

        var request = new ActionRequest
        {
            Key = planned.Key,
            Rule = planned.Rule,
            Arguments = planned.Arguments,
            Origin = lease.Origin,
            Payload = payload,
            MayHaveHappened = how.MayHaveHappened || planned.TriedSince is not null,
            TriedSince = planned.TriedSince,
        };
        using (await tools.Quarantine.EnterAsync(lease.Interrupted, cancellation))
        using (await _things.EnterAsync(Ask(action, request, action.SerialiseBy), cancellation))
        {
            var missing = Ask(action, request, action.MissingFor);
            return planned.IsShadow || missing is not null
                ? await RehearseAsync(lease, action, request, missing, cancellation)
                : await PerformAsync(lease, action, request, how, cancellation);
        }
    }

    // Whatever is wrong with the arguments shows again when it is carried out, and is recorded there.
    private T? Ask<T>(IAction action, ActionRequest request, Func<ActionRequest, T?> question)
        where T : class
    {
        try
        {
            return question(request);
        }
        catch (Exception e)
        {
            LogOurMistake(e, request.Key, action.Descriptor.Name);
            return null;
        }
    }

    private async Task<Attempt?> PerformAsync(ActionLease lease, IAction action, ActionRequest request, ActionTry how, CancellationToken cancellation)
    {
        var target = Ask(action, request, action.TargetOf);
        var stale = AttemptJudge.StaleAt(lease);
        if (clock.GetUtcNow() >= stale)
        {
            return await RecordAsync(lease, ActionStatus.Skipped, $"{AttemptJudge.Stale}max_age passed at {stale:u}", cancellation);
        }

        using var passage = target is null ? null : await tools.Traffic.AskAsync(lease, target, how.IsDue, cancellation);
        if (passage?.TurnedAway is { } turnedAway)
        {
            // The next try may be after another stop.
            turnedAway = turnedAway with { Detail = UncertainEnd.Tell(turnedAway.Detail, lease.IsInDoubt) };
            return await tools.Recorder.TurnAwayAsync(lease, AttemptJudge.NoLater(turnedAway, stale), cancellation);
        }

        if (!await tools.Recorder.BeginAsync(lease, cancellation))
        {
            return null;
        }

        var started = clock.GetTimestamp();
        var outcome = await ExecuteAsync(action, request with { Pile = passage?.Pile }, cancellation);
        var attempt = (passage is null ? null : await passage.ReportAsync(outcome)) ?? tools.Judge.Judge(outcome, lease.Action.Retry, lease.Attempts + 1);
        if (attempt.Status == ActionStatus.Dead)
        {
            // Before others may call: none of them counts on it.
            tools.Traffic.Forget(lease.Id);
        }

        BotMetrics.Attempted(action.Descriptor.Name, target?.Host ?? ServiceOf(action), NameOf(attempt.Status), clock.GetElapsedTime(started));
        if (attempt.Status == ActionStatus.Succeeded)
        {
            BotMetrics.Effected(lease.Action.Rule, clock.GetUtcNow() - lease.Origin.ReceivedAt);
        }

        return await tools.Recorder.RecordAsync(lease, AttemptJudge.NoLater(attempt, stale), (outcome as ActionOutcome.Succeeded)?.Keep, cancellation);
    }

    // Everything but the call: what the action reads it reads, and the first call that would change something ends it.
    private async Task<Attempt?> RehearseAsync(ActionLease lease, IAction action, ActionRequest request, string? missing, CancellationToken cancellation)
    {
        if (!await tools.Recorder.BeginAsync(lease, cancellation))
        {
            return null;
        }

        string detail;
        if (missing is not null)
        {
            detail = $"would have run; {missing}";
        }
        else
        {
            using (OutboundCalls.Forbid())
            {
                try
                {
                    detail = $"would have ended without a call: {(await ExecuteAsync(action, request, cancellation)).Detail}";
                }
                catch (ForbiddenCallException e)
                {
                    detail = $"would have called {e.Call}";
                }
            }
        }

        BotMetrics.Attempted(action.Descriptor.Name, ServiceOf(action), NameOf(ActionStatus.Shadow), TimeSpan.Zero);
        return await RecordAsync(lease, ActionStatus.Shadow, detail, cancellation);
    }

    private async Task<ActionOutcome> ExecuteAsync(IAction action, ActionRequest request, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(tools.Judge.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await action.ExecuteAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return ActionOutcome.Of(CallFault.Down($"gave no answer within {tools.Judge.Timeout.TotalSeconds:0} s", mayHaveHappened: true));
        }
        catch (Exception e) when (e is not ForbiddenCallException && !(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            LogOurMistake(e, request.Key, action.Descriptor.Name);
            return FailedInside(e, request.Key);
        }
    }

    private Task<Attempt?> RecordAsync(ActionLease lease, ActionStatus status, string detail, CancellationToken cancellation) =>
        tools.Recorder.RecordAsync(lease, new Attempt(clock.GetUtcNow(), status, detail), null, cancellation);

    // Slack's and GitHub's actions are named after whom they call.
    private static string ServiceOf(IAction action) => action.Descriptor.Name.Split('.')[0];

    private static string NameOf(ActionStatus status) => status.ToString().ToLowerInvariant();

    [LoggerMessage(Level = LogLevel.Error, Message = "The action {Key} ({Action}) failed inside the bot")]
    private partial void LogOurMistake(Exception e, string key, string action);
}

/// <summary>What the runner works with.</summary>
/// <param name="Gate">Whether an action that waited is still wanted.</param>
/// <param name="Traffic">Whether its target may be called.</param>
/// <param name="Judge">What an outcome means.</param>
/// <param name="Recorder">Writes it down.</param>
/// <param name="Quarantine">Where what has ended the process before is tried alone.</param>
public sealed record RunnerTools(IActionGate Gate, ITargetTraffic Traffic, AttemptJudge Judge, AttemptRecorder Recorder, Quarantine Quarantine);
