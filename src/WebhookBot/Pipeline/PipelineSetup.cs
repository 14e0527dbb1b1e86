using WebhookBot.Actions;
using WebhookBot.Telemetry;

namespace WebhookBot.Pipeline;

/// <summary>Registers the pipeline.</summary>
public static class PipelineSetup
{
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.AddOptions<PipelineOptions>().BindConfiguration(PipelineOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RuleCounts>();
        services.AddSingleton<DeliveryStory>();
        services.AddSingleton<Postponement>();
        services.AddSingleton<PlanMaker>();
        services.AddSingleton<PipelineTools>();
        services.AddSingleton<IActionGate, HeldActionGate>();
        services.AddSingleton<EventMatcher>();
        services.AddSingleton<ReplayPlanner>();
        services.AddSingleton<Replays>();
        services.AddSingleton<DeliveryProcessor>();
        services.AddHostedService<DeliveryWorker>();
        return services;
    }
}
