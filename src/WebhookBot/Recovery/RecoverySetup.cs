using Microsoft.Extensions.Options;
using WebhookBot.Actions;
using WebhookBot.Intake;
using WebhookBot.Journal;

namespace WebhookBot.Recovery;

/// <summary>Registers the sweeps of the senders' logs.</summary>
public static class RecoverySetup
{
    public static IServiceCollection AddRecovery(this IServiceCollection services)
    {
        services.AddOptions<RecoveryOptions>().BindConfiguration(RecoveryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RecoveryOptions>, RecoveryOptionsCheck>();
        services.AddSingleton<MissedNotice>();
        services.AddSingleton(p => new RecoveryTools(
            p.GetRequiredService<IJournal>(), p.GetRequiredService<SourceRegistry>(), p.GetRequiredService<Drain>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<RecoveryOptions>>().Value, p.GetRequiredService<MissedNotice>()));
        services.AddSweep<GitHubDeliveryLog>();
        services.AddSweep<StripeEventLog>();
        return services.AddSingleton<MissedDeliveriesJob>();
    }

    private static void AddSweep<T>(this IServiceCollection services)
        where T : class, IDeliveryLog
    {
        services.AddSingleton<T>();
        services.AddSingleton(p => new DeliveryLogSweep(p.GetRequiredService<T>(), p.GetRequiredService<RecoveryTools>(), p.GetRequiredService<ILogger<DeliveryLogSweep>>()));
    }
}
