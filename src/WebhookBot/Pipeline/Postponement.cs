using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Rules;

namespace WebhookBot.Pipeline;

/// <summary>When deciding is put off because a fact cannot be had now.</summary>
public sealed class Postponement(TimeProvider clock, Random random, IOptions<PipelineOptions> options)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    // As long as whoever is asked is away nothing is held against the delivery; but what it has to tell must be told at some time.
    private static readonly TimeSpan LongestOutage = TimeSpan.FromHours(2);

    /// <summary>
    /// Until when deciding is put off, and why: when a fact could not be had now but may be later. Null when it is not to be put off, or
    /// was often enough; while whoever is asked does not work, or wants to be left alone, it is put off for two hours at the most, however often. A fact
    /// that is truncated is no reason: asking again gives the same.
    /// </summary>
    public (DateTimeOffset Until, string Reason)? Until(WebhookEvent e, int postponed)
    {
        var missing = e.Facts.Where(f => f.Value.MayBeRetried).ToList();
        if (missing.Count == 0 || (postponed >= options.Value.MostPostponed && !IsAway(missing.Select(f => f.Value), e.ReceivedAt, clock.GetUtcNow())))
        {
            return null;
        }

        var policy = new RetryPolicy(options.Value.MostPostponed, options.Value.PostponeBase, LongestWait);
        var wait = AttemptJudge.Wait(policy.DelayAfter(postponed + 1, random.NextDouble()), missing.Max(f => f.Value.After), LongestOutage, random);
        return (clock.GetUtcNow() + wait, string.Join("; ", missing.Select(f => $"facts.{f.Key}: {f.Value.Problem}")));
    }

    /// <summary>Whether whoever is asked is away, and was not for too long yet.</summary>
    public static bool IsAway(IEnumerable<FactValue> facts, DateTimeOffset since, DateTimeOffset now) => facts.Any(f => f.IsAway) && now - since < LongestOutage;
}
