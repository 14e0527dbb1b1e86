using Quartz;

namespace WebhookBot.Retries;

/// <summary>Registers the sweep and the clock that wakes it.</summary>
public static class RetriesSetup
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddRetries(this IServiceCollection services)
    {
        services.AddTransient<RetrySweepJob>();
        services.AddQuartz(quartz =>
        {
            quartz.ScheduleJob<RetrySweepJob>(
                trigger => trigger.WithIdentity("retry-sweep").WithSimpleSchedule(s => s.WithInterval(Every).RepeatForever()),
                job => job.WithIdentity("retry-sweep"));
        });
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
        return services;
    }
}
