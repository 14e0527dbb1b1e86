using Quartz;

namespace WebhookBot.Schedules;

/// <summary>Registers the schedules of rules and the clock that wakes them.</summary>
public static class SchedulesSetup
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddTransient<ScheduleSweepJob>();
        services.AddQuartz(quartz =>
        {
            quartz.ScheduleJob<ScheduleSweepJob>(
                trigger => trigger.WithIdentity("schedule-sweep").WithSimpleSchedule(s => s.WithInterval(Every).RepeatForever()),
                job => job.WithIdentity("schedule-sweep"));
        });
        return services;
    }
}
