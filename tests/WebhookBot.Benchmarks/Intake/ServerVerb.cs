using Microsoft.Extensions.DependencyInjection.Extensions;
using Octokit.Webhooks;
using Octokit.Webhooks.AspNetCore;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Cli;
using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// One of the servers that are compared, as a child. Says its address, drains its journal whenever it is told to, and ends with its input.
/// </summary>
internal static class ServerVerb
{
    public const string Name = "serve";

    /// <summary>The intake and the journal of the bot; nothing works the deliveries off while it is measured.</summary>
    public const string Durable = "durable";

    /// <summary>The same, over a journal that keeps nothing.</summary>
    public const string Bare = "bare";

    /// <summary>The complete bot with the shipped rules; without credentials every action is recorded as would-have-done.</summary>
    public const string Whole = "whole";

    /// <summary>Octokit's endpoint with a processor that does nothing.</summary>
    public const string Octokit = "octokit";

    public const string Drain = "drain";

    private const int MostWaited = 120_000;
    private const string AnyPort = "http://127.0.0.1:0";

    private static readonly Plan Nothing = new() { RuleSet = "0000000000000000", Rules = [], Actions = [] };

    // Waits for its orders on the first thread: reading the console holds a thread, and on one core the pool has hardly more than one.
    public static int Run(string kind, string folder)
    {
        using var app = kind == Octokit ? BuildOctokit() : BuildBot(kind, folder);
        app.StartAsync().GetAwaiter().GetResult();
        Console.Out.WriteLine(new Uri(app.Urls.First()).Port);
        while (Console.In.ReadLine() == Drain)
        {
            var drained = kind == Durable ? DrainAsync(app.Services.GetRequiredService<IJournal>()).GetAwaiter().GetResult()
                : kind == Whole ? WaitAsync(app.Services.GetRequiredService<IJournal>()).GetAwaiter().GetResult()
                : 0;
            Console.Out.WriteLine(drained);
        }

        app.StopAsync().GetAwaiter().GetResult();
        return 0;
    }

    private static WebApplication BuildBot(string kind, string folder)
    {
        var settings = new Dictionary<string, string?>
        {
            [WebHostDefaults.ServerUrlsKey] = AnyPort,
            ["GITHUB_WEBHOOK_SECRET"] = GitHubRequest.Secret,
            ["ALERTMANAGER_TOKEN"] = GitHubRequest.Secret,
            ["Journal:Path"] = Path.Combine(folder, "journal.db"),
            ["Journal:MaxIndexLag"] = "100000000",
            ["Rules:Path"] = kind == Whole ? Path.Combine(Checkout.Root(), "rules") : Rules(folder),
        };
        var app = BotHost.Build(settings, builder =>
        {
            builder.Logging.ClearProviders();
            if (kind != Whole)
            {
                RemoveWorkers(builder.Services);
            }

            if (kind == Bare)
            {
                builder.Services.RemoveAll<IJournal>();
                builder.Services.AddSingleton<IJournal, EmptyJournal>();
            }
        });
        RunCommand.Prepare(app);
        return app;
    }

    private static string Rules(string folder)
    {
        var path = Path.Combine(folder, "sources.yml");
        File.WriteAllText(path, "sources:\n  github:\n    preset: github\n    secret: GITHUB_WEBHOOK_SECRET\n  alertmanager:\n    preset: alertmanager\n    secret: ALERTMANAGER_TOKEN\n");
        return path;
    }

    // What is measured is the intake: neither pipeline nor retries.
    private static void RemoveWorkers(IServiceCollection services)
    {
        foreach (var worker in services.Where(s => s.ServiceType == typeof(IHostedService) && IsWorker(s.ImplementationType)).ToList())
        {
            services.Remove(worker);
        }
    }

    private static bool IsWorker(Type? type) =>
        type?.Namespace is { } name && (name.StartsWith("WebhookBot.Pipeline", StringComparison.Ordinal) || name.StartsWith("Quartz", StringComparison.Ordinal));

    private static WebApplication BuildOctokit()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls(AnyPort);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
        });
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<WebhookEventProcessor, EmptyProcessor>();
        var app = builder.Build();
        app.MapGitHubWebhooks(GitHubRequest.Path, GitHubRequest.Secret);
        return app;
    }

    // Between two measurements: a backlog that only a benchmark leaves behind is not carried into the next one.
    private static async Task<int> DrainAsync(IJournal journal)
    {
        var drained = 0;
        while (await journal.ClaimDeliveriesAsync(512, CancellationToken.None) is { Count: > 0 } claimed)
        {
            await Task.WhenAll(claimed.Select(async lease =>
            {
                await journal.SavePlanAsync(lease, Nothing, CancellationToken.None);
                await journal.ReleaseAsync(lease, CancellationToken.None);
            }));
            drained += claimed.Count;
        }

        await WaitAsync(journal);
        return drained;
    }

    private static async Task<int> WaitAsync(IJournal journal)
    {
        var unfinished = (int)journal.Health.Unfinished;
        for (var waited = 0; waited < MostWaited && journal.Health is { Unfinished: > 0 } or { IndexLag: > 0 }; waited += 50)
        {
            await Task.Delay(50);
        }

        return unfinished;
    }

    private sealed class EmptyProcessor : WebhookEventProcessor;
}
