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
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromSeconds(1);
}
