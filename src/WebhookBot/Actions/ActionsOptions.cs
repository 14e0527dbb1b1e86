using System.ComponentModel.DataAnnotations;
using WebhookBot.Rules;

namespace WebhookBot.Actions;

/// <summary>Settings under <c>Actions</c>.</summary>
public sealed class ActionsOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Actions";

    /// <summary>Tries of one action in all; after the last it is a dead letter.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = RetryPolicy.Default.MaxAttempts;

    /// <summary>The longest wait after the first failed try; it doubles with each.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Actions:BaseDelay must lie between nothing and a day, for example 00:00:02")]
    public TimeSpan BaseDelay { get; set; } = RetryPolicy.Default.BaseDelay;

    /// <summary>No wait is longer than this, unless the target asks for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00", ErrorMessage = "Actions:MaxDelay must lie between nothing and seven days, for example 00:15:00")]
    public TimeSpan MaxDelay { get; set; } = RetryPolicy.Default.MaxDelay;

    /// <summary>One try may take this long. Less than a lease, so that nobody else begins the same action meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00", ErrorMessage = "Actions:Timeout must lie between nothing and an hour, for example 00:00:25")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long work in progress may go on when the process is asked to stop. Less than the 30 s after which the host is torn down.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Actions:DrainTimeout must lie between nothing and an hour, for example 00:00:20")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>So many calls in a row that found a target down, and it is left alone but for one try at a time; 0 for never.</summary>
    [Range(0, 1000)]
    public int BreakAfter { get; set; } = 5;

    /// <summary>The policy these make.</summary>
    public RetryPolicy Policy => new(MaxAttempts, BaseDelay, MaxDelay);
}
