using Quartz;
using WebhookBot.Recovery;
using WebhookBot.Retries;

namespace WebhookBot.Schedules;

/// <summary>Registers the schedules of rules, and the clock that wakes them, the retries and the looks for what was missed.</summary>
public static class SchedulesSetup
{
    private static readonly TimeSpan EverySecond = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddTransient<ScheduleSweepJob>();

        // A scheduler with a name, since a clock that is given to the one without becomes the clock of the whole process.
        services.AddQuartz("sweeps", quartz =>
        {
            quartz.UseTimeProvider(new SteadyClock(TimeProvider.System));
            Wake<RetrySweepJob>(quartz, "retries", RetrySweepJob.Every);
            Wake<ScheduleSweepJob>(quartz, "schedules", EverySecond);
            Wake<MissedDeliveriesJob>(quartz, "missed deliveries", EverySecond);
        });
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
        return services;
    }

    private static void Wake<T>(IQuartzBuilder quartz, string name, TimeSpan every)
        where T : class, IJob =>
        quartz.ScheduleJob<T>(
            trigger => trigger.WithIdentity(name).WithSimpleSchedule(s => s.WithInterval(every).RepeatForever()),
            job => job.WithIdentity(name));
}
