using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Journal;

/// <summary>Registers the journal.</summary>
public static partial class JournalSetup
{
    /// <summary>The journal is open before any other hosted service starts, and closed after the last has stopped.</summary>
    public static IServiceCollection AddJournal(this IServiceCollection services)
    {
        services.AddOptions<JournalOptions>().BindConfiguration(JournalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IJournal>(Open);
        services.AddSingleton<LeaseKeeper>();
        services.AddHostedService<JournalLifetime>();
        return services;
    }

    private static LiteDbJournal Open(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<JournalOptions>>().Value;
        try
        {
            return LiteDbJournal.Open(options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<LiteDbJournal>>());
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException or FileNotFoundException)
        {
            throw new IOException($"the journal cannot be at {options.Path}: {e.Message} Name a folder that the bot may write into with Journal:Path (--data)", e);
        }
    }

    private sealed partial class JournalLifetime(IServiceProvider services, ILogger<IJournal> log) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            var health = services.GetRequiredService<IJournal>().Health;
            LogGoesOn(health.Unfinished, health.Retrying, health.IndexLag, health.IndexNote is { } note ? $" ({note})" : "");
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken)
        {
            (services.GetRequiredService<IJournal>() as IDisposable)?.Dispose();
            return Task.CompletedTask;
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Goes on where it stopped: {Unfinished} deliveries unfinished, {Retrying} actions waiting, the index {Lag} records behind{Note}")]
        private partial void LogGoesOn(long unfinished, long retrying, long lag, string note);
    }
}
