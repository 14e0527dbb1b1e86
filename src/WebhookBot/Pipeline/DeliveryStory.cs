using System.Text;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;
using WebhookBot.Telemetry;

namespace WebhookBot.Pipeline;

/// <summary>
/// Tells each delivery on the console: which rules matched and why, and what was done or would have been. A few a second; the journal has
/// them all.
/// </summary>
public sealed partial class DeliveryStory(TimeProvider clock, ILogger<DeliveryStory> log)
{
    private readonly StoryRate _rate = new(clock);

    /// <summary>Tells it, unless the log level or the rate says no.</summary>
    public void Tell(Delivery delivery, Plan plan, IReadOnlyList<(PlannedAction Action, Attempt? Attempt)> actions)
    {
        if (!log.IsEnabled(LogLevel.Information) || !_rate.HasRoom(out var before))
        {
            return;
        }

        var story = new StringBuilder($"{delivery.Event} {delivery.Id}");
        story.Append(delivery.Subject is null ? "" : ExplanationText.Harmless($" ({delivery.Subject})")).Append(before);
        foreach (var line in plan.Rules.SelectMany(ExplanationText.Lines))
        {
            story.Append("\n    ").Append(line);
        }

        foreach (var (action, attempt) in actions)
        {
            story.Append("\n    → ").Append(ExplanationText.Harmless($"{ActionStory.Named(action)} {Shorten(action.Arguments.GetRawText())}: {ActionStory.InWords(attempt)}"));
        }

        var summary = plan.Rules.Any(r => r.Matched == Truth.True) ? "" : "\n    no rule matched";
        var text = story.Append(actions.Count == 0 ? summary : "").ToString();
        LogStory(text);
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";

    [LoggerMessage(Level = LogLevel.Information, Message = "{Story}")]
    private partial void LogStory(string story);
}
