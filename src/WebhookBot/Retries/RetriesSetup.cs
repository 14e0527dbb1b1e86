namespace WebhookBot.Retries;

/// <summary>Registers the sweep.</summary>
public static class RetriesSetup
{
    public static IServiceCollection AddRetries(this IServiceCollection services) => services.AddTransient<RetrySweepJob>();
}
