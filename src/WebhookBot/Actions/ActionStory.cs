using WebhookBot.Journal;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;
using WebhookBot.Telemetry;

namespace WebhookBot.Actions;

/// <summary>Tells on the console what becomes of an action after its delivery was told: a wait that ended, a retry, what was called off.</summary>
public sealed partial class ActionStory(TimeProvider clock, ILogger<ActionStory> log)
{
    private readonly StoryRate _rate = new(clock);

    /// <summary>Tells it on one line. That it waits on is not told.</summary>
    public void Tell(ActionOrigin origin, PlannedAction action, Attempt? attempt)
    {
        if (attempt is null or { Status: ActionStatus.Waiting } || !log.IsEnabled(LogLevel.Information) || !_rate.HasRoom(out var before))
        {
            return;
        }

        using var scope = StoryRate.Scope(log, origin.DeliveryId, origin.Source);
        var next = attempt.NextAt is { } again ? $"; again at {Timestamps.ToText(again)}" : "";
        var text = ExplanationText.Harmless($"{origin.Event} {origin.DeliveryId} → {action.Rule}: {Named(action)}: {InWords(attempt)}{next}{before}");
        LogStory(text);
    }

    /// <summary>What the action is called, with the name of its step when it has one: <c>http (tell the ledger)</c>.</summary>
    public static string Named(PlannedAction action) => action.Step is { } step ? $"{action.Action} ({step})" : action.Action;

    /// <summary><c>succeeded, posted to #dev</c>.</summary>
    public static string InWords(Attempt? attempt) => attempt is null ? "not recorded" : $"{attempt.Status.ToString().ToLowerInvariant()}, {attempt.Detail}";

    [LoggerMessage(Level = LogLevel.Information, Message = "{Story}")]
    private partial void LogStory(string story);
}
