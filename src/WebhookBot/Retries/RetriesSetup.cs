using WebhookBot.Actions;

namespace WebhookBot.Retries;

/// <summary>Registers the sweep, and what is known of targets.</summary>
public static class RetriesSetup
{
    public static IServiceCollection AddRetries(this IServiceCollection services)
    {
        services.AddSingleton<EarlierWaits>();
        services.AddSingleton<ITargetTraffic, TargetTraffic>();
        services.AddSingleton<SweepTools>();
        services.AddTransient<RetrySweepJob>();
        return services;
    }
}
