using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Actions;

/// <summary>
/// Tries one planned action and records what came of it. The first try and every retry go through here; what was decided is carried out,
/// whatever the rules say by then.
/// </summary>
public sealed partial class ActionRunner(
    IEnumerable<IAction> actions, IActionGate gate, AttemptRecorder recorder, TimeProvider clock, AttemptJudge judge, ILogger<ActionRunner> log)
{
    private readonly Dictionary<string, IAction> _actions = actions.ToDictionary(a => a.Descriptor.Name, StringComparer.Ordinal);
    private readonly KeyedLock _things = new();

    /// <summary>Tries it. The attempt; null when the lease ran out meanwhile and nothing was recorded.</summary>
    public async Task<Attempt?> RunAsync(ActionLease lease, JsonElement payload, CancellationToken cancellation)
    {
        var planned = lease.Action;
        if (planned.Omitted is { } why)
        {
            return await recorder.RecordAsync(lease, new Attempt(clock.GetUtcNow(), ActionStatus.Skipped, why), null, cancellation);
        }

        if ((planned.Hold is not null || planned.After is not null) && await gate.AskAsync(lease, cancellation) is { } turnedAway)
        {
            return await recorder.RecordAsync(lease, turnedAway, null, cancellation);
        }

        if ((planned.Problem ?? Quarantine.Refusal(lease.Interrupted)) is { } problem)
        {
            return await recorder.RecordAsync(lease, new Attempt(clock.GetUtcNow(), ActionStatus.Dead, problem), null, cancellation);
        }

        if (!_actions.TryGetValue(planned.Action, out var action))
        {
            return await recorder.RecordAsync(lease, new Attempt(clock.GetUtcNow(), ActionStatus.Dead, $"this version has no action '{planned.Action}'"), null, cancellation);
        }

        var request = new ActionRequest { Key = planned.Key, Rule = planned.Rule, Arguments = planned.Arguments, Origin = lease.Origin, Payload = payload };
        using (await recorder.Quarantine.EnterAsync(lease.Interrupted, cancellation))
        using (await _things.EnterAsync(ThingOf(action, request), cancellation))
        {
            return !await recorder.BeginAsync(lease, cancellation) ? null : planned.IsShadow || action.MissingSetting is not null
                ? await RehearseAsync(lease, action, request, cancellation)
                : await PerformAsync(lease, action, request, cancellation);
        }
    }

    // Whatever is wrong with the arguments shows again when it is carried out, and is recorded there.
    private string? ThingOf(IAction action, ActionRequest request)
    {
        try
        {
            return action.SerialiseBy(request);
        }
        catch (Exception e)
        {
            LogOurMistake(e, request.Key, action.Descriptor.Name);
            return null;
        }
    }

    private async Task<Attempt?> PerformAsync(ActionLease lease, IAction action, ActionRequest request, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var outcome = await ExecuteAsync(action, request, cancellation);
        var attempt = judge.Judge(outcome, lease.Action.Retry, lease.Attempts + 1);
        BotMetrics.Attempted(action.Descriptor.Name, TargetOf(request, action.Descriptor.Name), NameOf(attempt.Status), clock.GetElapsedTime(started));
        return await recorder.RecordAsync(lease, attempt, (outcome as ActionOutcome.Succeeded)?.Keep, cancellation);
    }

    // Everything but the call: what the action reads it reads, and the first call that would change something ends it.
    private async Task<Attempt?> RehearseAsync(ActionLease lease, IAction action, ActionRequest request, CancellationToken cancellation)
    {
        string detail;
        if (action.MissingSetting is { } missing)
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

        BotMetrics.Attempted(action.Descriptor.Name, TargetOf(request, action.Descriptor.Name), NameOf(ActionStatus.Shadow), TimeSpan.Zero);
        return await recorder.RecordAsync(lease, new Attempt(clock.GetUtcNow(), ActionStatus.Shadow, detail), null, cancellation);
    }

    private async Task<ActionOutcome> ExecuteAsync(IAction action, ActionRequest request, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(judge.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await action.ExecuteAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new ActionOutcome.RetryLater($"gave no answer within {judge.Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not ForbiddenCallException && !(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            LogOurMistake(e, request.Key, action.Descriptor.Name);
            return new ActionOutcome.RetryLater($"failed inside the bot ({e.GetType().Name}); the log has the details under {request.Key}");
        }
    }

    // A host where there is one; the others call one service each, after which they are named.
    private static string TargetOf(ActionRequest request, string action) =>
        Uri.TryCreate(request.Arguments.TextAt("url"), UriKind.Absolute, out var url) ? url.Host : action.Split('.')[0];

    private static string NameOf(ActionStatus status) => status.ToString().ToLowerInvariant();

    [LoggerMessage(Level = LogLevel.Error, Message = "The action {Key} ({Action}) failed inside the bot")]
    private partial void LogOurMistake(Exception e, string key, string action);
}
