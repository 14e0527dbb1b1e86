using Microsoft.Extensions.Options;
using WebhookBot.Journal;

namespace WebhookBot.Recovery;

/// <summary>Settings under <c>Recovery</c>.</summary>
public sealed class RecoveryOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Recovery";

    /// <summary>How often the senders' logs are looked through for what never arrived, beside at the start; nothing turns it off.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How far back something can be had again: three days at github.com, seven at GitHub Enterprise Server.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// The time between two deliveries that GitHub is asked for. GitHub wants a second between calls that change something, and ends them at
    /// 900 points a minute, five a call.
    /// <see href="https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api"/>
    /// </summary>
    public TimeSpan Pace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether deliveries are fetched from the senders' logs, so that none of them needs to reach the bot.</summary>
    public bool Pull { get; set; }

    /// <summary>How often, if so.</summary>
    public TimeSpan PullEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The source to which the GitHub App sends; needed when several have the preset and none is called <c>github</c>.</summary>
    public string? Source { get; set; }

    /// <summary>How often in effect; nothing when it is off.</summary>
    internal TimeSpan Interval => Pull ? PullEvery : Every;
}

/// <summary>Refuses settings that could never work.</summary>
internal sealed class RecoveryOptionsCheck(IOptions<JournalOptions> journal) : IValidateOptions<RecoveryOptions>
{
    private static readonly TimeSpan MostOften = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    // The journal knows the ids of what it dropped for as long at least.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, RecoveryOptions options)
    {
        string?[] found =
        [
            options.Every == TimeSpan.Zero || IsBetween(options.Every, MostOften, TimeSpan.FromDays(1)) ? null : "Recovery:Every must lie between a second and a day, or be 00:00:00, which turns it off",
            IsBetween(options.PullEvery, MostOften, TimeSpan.FromDays(1)) ? null : "Recovery:PullEvery must lie between a second and a day",
            IsBetween(options.Window, TimeSpan.FromMinutes(1), Longest) ? null : "Recovery:Window must lie between a minute and 30 days, for example 3.00:00:00",
            options.Window <= Remembered || options.Window <= journal.Value.Retention ? null : "Recovery:Window must not be longer than Journal:Retention or seven days: what is known no more would be taken for missing, and done again",
            IsBetween(options.Pace, TimeSpan.Zero, TimeSpan.FromMinutes(1)) ? null : "Recovery:Pace must not be longer than a minute, for example 00:00:01",
        ];
        string[] problems = [.. found.OfType<string>()];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsBetween(TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most;
}
