using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WebhookBot.Actions;
using WebhookBot.Facts;
using WebhookBot.Intake;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Cli;

/// <summary>Puts the service together from settings.</summary>
public static class BotHost
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    private const int ReadAhead = 128 * 1024;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The version of this program.</summary>
    public static string Version { get; } = typeof(BotHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What rule files may refer to.</summary>
    public static RuleVocabulary Vocabulary { get; } = new(new ActionCatalog(ActionsSetup.Descriptors), PresetCatalog.Names, FactsSetup.Names, PresetCatalog.EventsOf)
    {
        Needs = PresetCatalog.NeedsOf,
        NetworkLists = NetworkLists.Names,
        FactTypes = new Dictionary<string, string> { [ChangedFilesFact.FactName] = ChangedFilesFact.EventType },
        Descriptions = FactsSetup.Described.Select(f => ($"facts.{f.Name}", f.Description))
            .Concat(PresetCatalog.All.Select(p => ($"preset.{p.Name}", p.Description)))
            .ToDictionary(d => d.Item1, d => d.Item2),
    };

    /// <summary>The service, built and not started.</summary>
    /// <param name="settings">Settings that win over all others, by key.</param>
    /// <param name="replace">Replaces parts of it; for tests.</param>
    public static WebApplication Build(IEnumerable<KeyValuePair<string, string?>> settings, Action<WebApplicationBuilder>? replace = null)
    {
        // Settings files are looked at every few seconds. Told of by the system, they come with news of everything below the folder: each record
        // of a journal that lies there costs a wake.
        Environment.SetEnvironmentVariable("DOTNET_USE_POLLING_FILE_WATCHER", "true");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = EnvironmentName() });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration.AddSecretFiles();
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBufferSize = ReadAhead;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
                endpoint.ApplicationServices.GetRequiredService<OpenConnections>().HoldAsync(connection, next)));
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;

            // Who sends more slowly than this holds memory for as long as he likes.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));
        });

        builder.WebHost.UseSockets(sockets =>
        {
            // A webhook comes in several packets; looking before each whether there is one doubles the calls. It costs 16 KB an idle connection.
            sockets.WaitForDataBeforeAllocatingBuffer = false;

            // Kestrel's limit is not the sockets', which read a megabyte ahead of whoever waits for his turn.
            sockets.MaxReadBufferSize = ReadAhead;
        });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks>();
        var isStarted = new StrongBox<bool>();
        builder.AddBotLogging(isStarted);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = TellOfDamage);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Random>(new ThreadSafeRandom());
        builder.Services.AddSingleton(new RuleCompiler(Vocabulary));
        builder.Services.AddSingleton(new StillConditions(Vocabulary));
        builder.Services.AddSingleton(s => new DevelopmentSecrets(
            DataFolder(builder.Configuration), !builder.Environment.IsProduction(), s.GetRequiredService<ILogger<DevelopmentSecrets>>()));
        builder.Services.AddBot();
        replace?.Invoke(builder);
        var app = builder.Build();
        app.MapBot();
        app.Lifetime.ApplicationStarted.Register(() => isStarted.Value = true);
        return app;
    }

    /// <summary>The folder that holds everything the bot writes.</summary>
    public static string DataFolder(IConfiguration configuration) =>
        Path.GetDirectoryName(configuration[$"{JournalOptions.Section}:Path"] ?? new JournalOptions().Path) is { Length: > 0 } folder ? folder : ".";

    // A bot that nobody has configured is somebody trying it out; a deployment says Production, as the container image does.
    private static string EnvironmentName() =>
        Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Development;

    // What is lost of the journal is lost; which record it is helps whoever looks for it.
    private static void TellOfDamage(ProblemDetailsContext problem)
    {
        if (problem.HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error is InvalidDataException damage)
        {
            (problem.ProblemDetails.Title, problem.ProblemDetails.Detail) = ("A record of the journal is damaged", damage.Message);
        }

        problem.ProblemDetails.Detail ??= problem.ProblemDetails.Status switch
        {
            404 => "there is nothing at this address",
            405 => "the header Allow says which methods are taken here",
            500 => "the bot's log has the reason",
            _ => null,
        };
    }

    // A seeded Random is not safe for several threads, and the shared one cannot be replaced in a test.
    private sealed class ThreadSafeRandom : Random
    {
        private readonly Lock _gate = new();

        public override double NextDouble()
        {
            lock (_gate)
            {
                return base.NextDouble();
            }
        }
    }
}
