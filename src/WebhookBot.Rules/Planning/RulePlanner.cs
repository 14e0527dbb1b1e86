using System.Buffers;
using System.Text.Json;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Planning;

/// <summary>What one rule is to do about one event, and when.</summary>
internal sealed class RulePlanner(RuleMatch match, EvaluationScope scope, IRuleState state)
{
    // What is due already when it is planned still gives what came with it some time: events that replace it, or call it off.
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SubjectWindow = TimeSpan.FromHours(1);

    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    private readonly Rule _rule = match.Rule;
    private readonly string _branch = match.Truth == Truth.True ? "then" : "else";
    private readonly List<StepExplanation> _steps = [];
    private string? _note;

    public List<PlannedAction> Actions { get; } = [];

    public List<Mark> Marks { get; } = [];

    private WebhookEvent Event => scope.Event;

    private bool IsTimed => match.Truth == Truth.True && !_rule.Timing.IsImmediate;

    public RulePlanner Plan()
    {
        if (match.HasEnded)
        {
            TellOwner(EndedKey, Year, $"The rule `{_rule.Name}` has ended on {_rule.Until:yyyy-MM-dd} and does nothing any more. Give it another `until`, or take it out.");
            return this;
        }

        var keys = IsTimed ? new TimingKeys(_rule, scope) : null;
        if (keys?.Problem is not null)
        {
            _note = keys.Problem;
            Actions.Add(Action(_rule.Then[0], 0) with { Problem = keys.Problem });
            return this;
        }

        if (IsStopped() || IsThrottled(keys))
        {
            return this;
        }

        if (IsTimed && _rule.Timing.Delay is Digest digest && Event.Source != Digest.Source)
        {
            Gather(digest, keys!.Hold!);
        }
        else
        {
            PlanSteps();
            HoldBack(keys);
        }

        return this;
    }

    /// <summary>Says what has to be known before <see cref="Plan"/>.</summary>
    public void Tell(PlanningNeeds needs)
    {
        if (match.HasEnded)
        {
            needs.Marks[EndedKey] = Event.ReceivedAt - Year;
            return;
        }

        if (Event.Subject is { } subject)
        {
            needs.Marks[SubjectKey(subject)] = Event.ReceivedAt - SubjectWindow;
            if (_rule.Owner is not null)
            {
                needs.Marks[ToldKey(subject)] = Event.ReceivedAt - SubjectWindow;
            }
        }

        if (!IsTimed)
        {
            return;
        }

        var keys = new TimingKeys(_rule, scope);
        if (keys.Throttle is { } throttle)
        {
            needs.Marks[throttle] = Event.ReceivedAt - _rule.Timing.Throttle!.Per;
            needs.Shared.Add(throttle);
        }

        if (_rule.Timing.Delay is Digest && keys.Hold is { } digest)
        {
            needs.Digests.Add(digest);
            needs.Shared.Add(digest);
        }
    }

    /// <summary>The explanation with what became of the match.</summary>
    public RuleExplanation Complete(RuleExplanation explanation) => explanation with { Note = _note, Steps = _steps };

    private bool IsStopped()
    {
        if (Event.Subject is not { } subject)
        {
            return false;
        }

        var key = SubjectKey(subject);
        if (state.Count(key, Event.ReceivedAt - SubjectWindow) < _rule.MaxPerSubject)
        {
            Marks.Add(new Mark(key, Event.ReceivedAt, Event.ReceivedAt + SubjectWindow));
            return false;
        }

        _note = $"stopped: it acted {_rule.MaxPerSubject} times on {subject} within an hour (max_per_subject)";
        TellOwner(ToldKey(subject), SubjectWindow, $"The rule `{_rule.Name}` is stopped for {subject}: it acted {_rule.MaxPerSubject} times within an hour. It goes on when it has been quiet; raise `max_per_subject` if this is meant.");
        return true;
    }

    // Once in that time, however many more events come.
    private void TellOwner(string told, TimeSpan within, string text)
    {
        if (_rule.Owner is null || state.Count(told, Event.ReceivedAt - within) > 0)
        {
            return;
        }

        Marks.Add(new Mark(told, Event.ReceivedAt, Event.ReceivedAt + within));
        Actions.Add(new PlannedAction
        {
            Key = IdempotencyKey.For(Event.DeliveryId, _rule.Name, "stopped", 0),
            Rule = _rule.Name,
            Action = "slack.post",
            Arguments = JsonSerializer.SerializeToElement(new { channel = _rule.Owner, text = $":warning: {TextFormats.Escape(TextFormat.SlackText, text)}" }),
            IsShadow = _rule.Mode == RuleMode.Shadow,
            IsNotice = true,
        });
    }

    private bool IsThrottled(TimingKeys? keys)
    {
        if (keys?.Throttle is not { } key || _rule.Timing.Throttle is not { } throttle)
        {
            return false;
        }

        if (state.Count(key, Event.ReceivedAt - throttle.Per) < throttle.Limit)
        {
            Marks.Add(new Mark(key, Event.ReceivedAt, Event.ReceivedAt + throttle.Per));
            return false;
        }

        Marks.Clear();
        _note = $"dropped by its throttle: {throttle.Limit} within {throttle.Per:c} already{ForKey(key)}";
        return true;
    }

    private void Gather(Digest digest, string key)
    {
        var open = state.FindDigest(key) is { } found && found.Count < digest.Max ? found : null;
        var batch = open?.Batch ?? IdempotencyKey.For(Event.DeliveryId, _rule.Name, "digest", 0);
        var isFull = (open?.Count ?? 0) + 1 >= digest.Max;
        var due = isFull ? state.Now : open?.Due ?? Due(digest.Every);
        _note = $"gathered{ForKey(key)}; told {(isFull ? "now, as it is full" : $"at {due.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z")}";
        Actions.Add(new PlannedAction
        {
            Key = IdempotencyKey.For(Event.DeliveryId, _rule.Name, "digest", 0),
            Rule = _rule.Name,
            Action = Digest.Gather,
            Arguments = JsonSerializer.SerializeToElement(new { key = Hold.TextOf(key), batch }),
            NotBefore = due,
            Hold = new Hold { Key = key, Batch = batch },
        });
    }

    private void PlanSteps()
    {
        var steps = match.Steps;
        string? after = null;
        for (var i = 0; i < steps.Count; i++)
        {
            if (!IsWanted(steps[i], i))
            {
                if (steps[i].StopsOnFailure && _steps[^1].Done == Truth.Unknown)
                {
                    LeaveOut(steps.Skip(i + 1), NameOf(steps[i], i), i + 1);
                    return;
                }

                continue;
            }

            var action = Action(steps[i], i) with { After = after };
            Actions.Add(action);
            after = steps[i].StopsOnFailure ? action.Key : after;
        }
    }

    // Whether it had to be done, and so whether it has failed, nobody can tell.
    private void LeaveOut(IEnumerable<ActionStep> steps, string undecided, int first)
    {
        var because = new Explanation
        {
            Condition = "stop_on_failure: true",
            Result = Truth.Unknown,
            Because = $"{undecided} must succeed first, and it cannot be told whether it is wanted",
        };
        _steps.AddRange(steps.Select((step, i) => new StepExplanation(NameOf(step, first + i), Truth.Unknown, because)));
    }

    private static string NameOf(ActionStep step, int index) => step.Name ?? $"{step.Action} (step {index + 1})";

    private bool IsWanted(ActionStep step, int index)
    {
        if (step.When is null)
        {
            return true;
        }

        var explanation = step.When.Explain(scope);
        _steps.Add(new StepExplanation(NameOf(step, index), explanation.Result, explanation));
        return explanation.Result == Truth.True;
    }

    private void HoldBack(TimingKeys? keys)
    {
        if (keys is null || _rule.Timing.Delay is not { } delay || delay is Digest)
        {
            return;
        }

        var due = Due(delay is Wait wait ? wait.For : ((Debounce)delay).For);
        var hold = new Hold
        {
            Key = keys.Hold,
            CancelOn = delay is Wait { CancelOn: var patterns } ? [.. patterns.Select(p => p.Pattern)] : [],
            Still = (delay as Wait)?.Still?.Written,
            IsReplaceable = delay is Debounce,
        };
        _note = $"waits until {due.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z{(delay is Debounce ? ", unless more comes" : "")}";
        for (var i = 0; i < Actions.Count; i++)
        {
            Actions[i] = Actions[i] with { NotBefore = due, Hold = hold };
        }
    }

    private DateTimeOffset Due(TimeSpan delay)
    {
        var due = Event.ReceivedAt + delay;
        return due > state.Now ? due : state.Now + (delay < ShortestDelay ? delay : ShortestDelay);
    }

    private string EndedKey => Hold.Of("ended", _rule.Name, $"{_rule.Until:yyyy-MM-dd}");

    private string SubjectKey(string subject) => Hold.Of("subject", _rule.Name, subject);

    private string ToldKey(string subject) => Hold.Of("told", _rule.Name, subject);

    private static string ForKey(string key) => Hold.TextOf(key) is { Length: > 0 } text ? $" for '{text}'" : "";

    private PlannedAction Action(ActionStep step, int index)
    {
        var arguments = Render(step, out var problem);
        return new PlannedAction
        {
            Key = IdempotencyKey.For(Event.DeliveryId, _rule.Name, _branch, index),
            Rule = _rule.Name,
            Action = step.Action,
            Arguments = arguments,
            IsShadow = _rule.Mode == RuleMode.Shadow,
            Problem = problem,
            Step = step.Name,
            Retry = step.Retry,
        };
    }

    private JsonElement Render(ActionStep step, out string? problem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonText.Readable);
        var rendering = new ArgumentRendering(writer, TemplateModel.Input(scope, _rule.Name));
        step.Arguments.Render(rendering);
        writer.Flush();
        problem = rendering.Problem ?? step.Facts
            .Select(f => Event.Facts.TryGetValue(f, out var fact) ? fact.Problem is { } why ? $"facts.{f}: {why}" : null : $"facts.{f} was not fetched")
            .FirstOrDefault(p => p is not null);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
