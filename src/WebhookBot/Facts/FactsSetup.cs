namespace WebhookBot.Facts;

/// <summary>Registers the facts. The one list of them.</summary>
public static class FactsSetup
{
    /// <summary>What rules may ask for, each with what it is, for those who check rules without running them.</summary>
    public static IReadOnlyList<(string Name, string Description)> Described { get; } =
    [
        (ChangedFilesFact.FactName, "The paths that a pull request touches, both names of what it renames. GitHub lists 3,000 at most; a longer list is truncated."),
        (AlertsFact.FactName, "What is firing now, by what the alert sources sent: a list of name, severity, fingerprint, summary, url, started_at, source and labels."),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Described.Select(f => f.Name)];

    public static IServiceCollection AddFacts(this IServiceCollection services)
    {
        services.AddSingleton<FactTraffic>();
        services.AddSingleton<IFactProvider, ChangedFilesFact>();
        services.AddSingleton<IFactProvider, AlertsFact>();
        services.AddSingleton<FactCollector>();
        return services;
    }
}
