namespace WebhookBot.Rules.Planning;

/// <summary>What has to be known of the past to plan.</summary>
public sealed class PlanningNeeds
{
    /// <summary>
    /// What events of other subjects count or gather as well, in order: whoever plans holds on to these until the plan is saved, so that two
    /// events do not both take the last place.
    /// </summary>
    public SortedSet<string> Shared { get; } = new(StringComparer.Ordinal);

    /// <summary>The marks to count, each from its time on.</summary>
    public Dictionary<string, DateTimeOffset> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>The digests to look for.</summary>
    public HashSet<string> Digests { get; } = new(StringComparer.Ordinal);
}
