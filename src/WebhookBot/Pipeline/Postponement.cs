using Microsoft.Extensions.Options;
using WebhookBot.Rules;

namespace WebhookBot.Pipeline;

/// <summary>When deciding is put off because a fact cannot be had now.</summary>
public sealed class Postponement(TimeProvider clock, Random random, IOptions<PipelineOptions> options)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Until when deciding is put off, and why: when a fact could not be had now but may be later. Null when it is not to be put off, or
    /// was often enough. A fact that is truncated is no reason: asking again gives the same.
    /// </summary>
    public (DateTimeOffset Until, string Reason)? Until(WebhookEvent e, int postponed)
    {
        var missing = e.Facts.Where(f => f.Value.MayBeRetried).Select(f => $"facts.{f.Key}: {f.Value.Problem}").ToList();
        if (missing.Count == 0 || postponed >= options.Value.MostPostponed)
        {
            return null;
        }

        var policy = new RetryPolicy(options.Value.MostPostponed, options.Value.PostponeBase, LongestWait);
        return (clock.GetUtcNow() + policy.DelayAfter(postponed + 1, random.NextDouble()), string.Join("; ", missing));
    }
}
