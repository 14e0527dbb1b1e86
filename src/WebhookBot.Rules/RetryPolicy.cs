namespace WebhookBot.Rules;

/// <summary>How often and how far apart a failed action is tried again: exponential, with full jitter.</summary>
/// <param name="MaxAttempts">Tries in all, the first among them; at least 1.</param>
/// <param name="BaseDelay">The longest wait after the first try.</param>
/// <param name="MaxDelay">No wait is longer, unless the target asks for it.</param>
/// <remarks>
/// Full jitter (a uniform wait between nothing and the exponential bound) spreads a herd best:
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
/// </remarks>
public sealed record RetryPolicy(int MaxAttempts, TimeSpan BaseDelay, TimeSpan MaxDelay)
{
    /// <summary>How long after its time the work is still worth doing; then it is dropped. Null for ever.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>What is done when nobody says otherwise: 8 tries, up to 5 s after the first, up to 30 minutes apart.</summary>
    public static RetryPolicy Default { get; } = new(8, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30));

    /// <summary>How long to wait after the attempt of that number, from 1. <paramref name="random"/> is uniform in [0, 1).</summary>
    public TimeSpan DelayAfter(int attempt, double random)
    {
        var bound = Math.Min(MaxDelay.TotalSeconds, BaseDelay.TotalSeconds * Math.Pow(2, Math.Clamp(attempt - 1, 0, 40)));
        return TimeSpan.FromSeconds(bound * random);
    }
}
