using Quartz;
using WebhookBot.Recovery;
using WebhookBot.Retries;

namespace WebhookBot.Schedules;

/// <summary>Registers the schedules of rules, and the clock that wakes them, the retries and the looks for what was missed.</summary>
public static class SchedulesSetup
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddTransient<ScheduleSweepJob>();

        // A scheduler with a name, since a clock that is given to the one without becomes the clock of the whole process.
        services.AddQuartz("sweeps", quartz =>
        {
            quartz.UseTimeProvider(new SteadyClock(TimeProvider.System));
            Wake<RetrySweepJob>(quartz, "retries");
            Wake<ScheduleSweepJob>(quartz, "schedules");
            Wake<MissedDeliveriesJob>(quartz, "missed deliveries");
        });
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
        return services;
    }

    private static void Wake<T>(IQuartzBuilder quartz, string name)
        where T : class, IJob =>
        quartz.ScheduleJob<T>(
            trigger => trigger.WithIdentity(name).WithSimpleSchedule(s => s.WithInterval(Every).RepeatForever()),
            job => job.WithIdentity(name));
}
