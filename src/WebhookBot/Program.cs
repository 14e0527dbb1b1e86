using WebhookBot.Actions;
using WebhookBot.Admin;
using WebhookBot.Cli;
using WebhookBot.Clients;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Pipeline;
using WebhookBot.Recovery;
using WebhookBot.Retries;
using WebhookBot.RuleFiles;
using WebhookBot.Schedules;

namespace WebhookBot;

/// <summary>The one executable: the service and its verbs.</summary>
public static class Program
{
    public static Task<int> Main(string[] args) => CommandLine.RunAsync(args);

    /// <summary>The service's parts, in the order a delivery meets them.</summary>
    public static void AddBot(this IServiceCollection services) => services
        .AddClients()
        .AddJournal()
        .AddRuleFiles()
        .AddIntake()
        .AddFacts()
        .AddActions()
        .AddPipeline()
        .AddRetries().AddRecovery().AddSchedules()
        .AddAdmin();

    /// <summary>The service's HTTP face.</summary>
    public static void MapBot(this WebApplication app)
    {
        app.UseOpenConnections().UseForwardedHeaders().UseExceptionHandler().UseRouting().UseStatusCodePages();
        app.MapIntake();
        app.MapAdmin();
    }
}
