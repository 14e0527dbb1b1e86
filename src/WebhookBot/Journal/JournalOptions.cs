using System.ComponentModel.DataAnnotations;

namespace WebhookBot.Journal;

/// <summary>Settings under <c>Journal</c>.</summary>
public sealed class JournalOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Journal";

    /// <summary><c>litedb</c>, the embedded journal.</summary>
    [RegularExpression("^litedb$", ErrorMessage = "Journal:Provider must be litedb; postgres is not part of this version")]
    public string Provider { get; set; } = "litedb";

    /// <summary>
    /// Names the embedded journal's place: the log goes into the folder of that name without its ending, the index into
    /// <c>index.db</c> beside it. <c>data/journal.db</c> means <c>data/journal/*.log</c> and <c>data/index.db</c>.
    /// </summary>
    [Required]
    public string Path { get; set; } = "data/journal.db";

    /// <summary>
    /// How long finished deliveries stay, a second at least. What is older goes in whole segments: after this time and at most a fifth of it,
    /// or an hour and a day, longer. What is unfinished, dead letters among it, stays for as long as it is.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00", ErrorMessage = "Journal:Retention must be between 00:00:01 and 36500.00:00:00 (days.hours:minutes:seconds)")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a worker may hold a claim without renewing it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "Journal:Lease must lie between a tenth of a second and a day, for example 00:00:30")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A log segment is closed and a new one begun when it has reached this many bytes.</summary>
    [Range(1, 1L << 38, ErrorMessage = "Journal:SegmentBytes must be 1 or more, and at most 256 GB")]
    public long SegmentBytes { get; set; } = 64L << 20;

    /// <summary>With more records than this waiting for the index, no deliveries are taken until it has caught up.</summary>
    [Range(1, long.MaxValue, ErrorMessage = "Journal:MaxIndexLag must be 1 or more")]
    public long MaxIndexLag { get; set; } = 2_000_000;

    /// <summary>
    /// With as many deliveries unfinished as this, no more are taken until some are: each takes about a kilobyte of memory, what it says not.
    /// </summary>
    [Range(1, int.MaxValue, ErrorMessage = "Journal:MaxUnfinished must be 1 or more")]
    public int MaxUnfinished { get; set; } = 1_000_000;
}
