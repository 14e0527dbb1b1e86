using System.Collections.Concurrent;

namespace WebhookBot.Telemetry;

/// <summary>How often each rule matched since the start.</summary>
public sealed class RuleCounts
{
    private readonly ConcurrentDictionary<string, long> _matches = new(StringComparer.Ordinal);

    /// <summary>Counts a match, here and in the metrics.</summary>
    public void Matched(string rule)
    {
        BotMetrics.Matched(rule);
        _matches.AddOrUpdate(rule, 1, static (_, n) => n + 1);
    }

    /// <summary>How often the rule of that name matched.</summary>
    public long Of(string rule) => _matches.GetValueOrDefault(rule);
}
