using System.ComponentModel.DataAnnotations;

namespace WebhookBot.RuleFiles;

/// <summary>Settings under <c>Rules</c>.</summary>
public sealed class RulesOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Rules";

    /// <summary>The folder of rule files.</summary>
    [Required]
    public string Path { get; set; } = "rules";

    /// <summary>How often the folder is looked at for changes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "Rules:WatchEvery must lie between a tenth of a second and a day, for example 00:00:01")]
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromSeconds(1);
}
