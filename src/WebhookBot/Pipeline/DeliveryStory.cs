using System.Text;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>
/// Tells each delivery on the console: which rules matched and why, and what was done or would have been. A few a second; the journal has
/// them all.
/// </summary>
public sealed partial class DeliveryStory(TimeProvider clock, ILogger<DeliveryStory> log)
{
    private const int MostASecond = 10;

    private readonly Lock _gate = new();
    private long _second;
    private int _told;
    private int _untold;

    /// <summary>Tells it, unless the log level or the rate says no.</summary>
    public void Tell(Delivery delivery, Plan plan, IReadOnlyList<(PlannedAction Action, Attempt? Attempt)> actions)
    {
        if (!log.IsEnabled(LogLevel.Information) || !HasRoom(out var untold))
        {
            return;
        }

        var story = new StringBuilder($"{delivery.Event} {delivery.Id}");
        story.Append(delivery.Subject is null ? "" : $" ({delivery.Subject})").Append(untold > 0 ? $"; {untold} deliveries before it are not shown" : "");
        foreach (var line in plan.Rules.SelectMany(ExplanationText.Lines))
        {
            story.Append("\n    ").Append(line);
        }

        foreach (var (action, attempt) in actions)
        {
            var status = attempt is null ? "not recorded" : attempt.Status.ToString().ToLowerInvariant();
            story.Append("\n    → ").Append(ExplanationText.Harmless($"{action.Action} {Shorten(action.Arguments.GetRawText())}: {status}, {attempt?.Detail}"));
        }

        var summary = plan.Rules.Any(r => r.Matched == Truth.True) ? "" : "\n    no rule matched";
        var text = story.Append(actions.Count == 0 ? summary : "").ToString();
        LogStory(text);
    }

    private bool HasRoom(out int untold)
    {
        lock (_gate)
        {
            var second = clock.GetTimestamp() / clock.TimestampFrequency;
            if (second != _second)
            {
                (_second, _told) = (second, 0);
            }

            untold = _untold;
            if (_told >= MostASecond)
            {
                _untold++;
                return false;
            }

            _told++;
            _untold = 0;
            return true;
        }
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";

    [LoggerMessage(Level = LogLevel.Information, Message = "{Story}")]
    private partial void LogStory(string story);
}
