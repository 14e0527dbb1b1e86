using System.ComponentModel.DataAnnotations;

namespace WebhookBot.Pipeline;

/// <summary>Settings under <c>Pipeline</c>.</summary>
public sealed class PipelineOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Pipeline";

    /// <summary>Deliveries that are worked on at one time, of different subjects.</summary>
    [Range(1, 1024)]
    public int Parallel { get; set; } = 32;

    /// <summary>How often deciding is put off because a fact cannot be had, before the rules that need it are given up.</summary>
    [Range(0, 20)]
    public int MostPostponed { get; set; } = 5;

    /// <summary>The longest first wait before deciding again; it doubles with each.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00", ErrorMessage = "Pipeline:PostponeBase must lie between nothing and an hour, for example 00:00:02")]
    public TimeSpan PostponeBase { get; set; } = TimeSpan.FromSeconds(2);
}
