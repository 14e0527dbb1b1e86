namespace WebhookBot.Facts;

/// <summary>Registers the facts. The one list of them.</summary>
public static class FactsSetup
{
    /// <summary>The names that rules may ask for, for those who check rules without running them.</summary>
    public static IReadOnlyList<string> Names { get; } = [ChangedFilesFact.FactName, AlertsFact.FactName];

    public static IServiceCollection AddFacts(this IServiceCollection services)
    {
        services.AddSingleton<IFactProvider, ChangedFilesFact>();
        services.AddSingleton<IFactProvider, AlertsFact>();
        services.AddSingleton<FactCollector>();
        return services;
    }
}
