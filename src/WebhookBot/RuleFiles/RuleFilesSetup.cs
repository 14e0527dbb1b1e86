using WebhookBot.Rules;

namespace WebhookBot.RuleFiles;

/// <summary>Registers the rule files. What they may refer to is registered as a RuleCompiler by whoever knows all stages.</summary>
public static class RuleFilesSetup
{
    public static IServiceCollection AddRuleFiles(this IServiceCollection services)
    {
        services.AddOptions<RulesOptions>().BindConfiguration(RulesOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RuleSetProvider>();
        services.AddSingleton<IRuleSetInForce>(s => s.GetRequiredService<RuleSetProvider>());
        services.AddHostedService<RuleFileWatcher>();
        return services;
    }
}
