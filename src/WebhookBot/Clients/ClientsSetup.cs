using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using WebhookBot.Clients.GitHub;
using WebhookBot.Clients.Http;
using WebhookBot.Clients.Slack;
using WebhookBot.Clients.Stripe;

namespace WebhookBot.Clients;

/// <summary>Registers everything that calls out.</summary>
public static class ClientsSetup
{
    /// <summary>Adds the clients and puts <see cref="LiveCallGuard"/> on every HTTP client of the application.</summary>
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KnownSecrets>();

        // The last action, so that the guard is the handler next to the wire for every client, also those registered elsewhere.
        services.PostConfigureAll<HttpClientFactoryOptions>(o =>
            o.HttpMessageHandlerBuilderActions.Add(builder => builder.AdditionalHandlers.Add(new LiveCallGuard())));
        return services.AddGitHubClient().AddSlackClient().AddStripeClient().AddGuardedHttp();
    }

    private static IServiceCollection AddGitHubClient(this IServiceCollection services)
    {
        services.AddOptions<GitHubOptions>().BindConfiguration(GitHubOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GitHubOptions>, GitHubOptionsCheck>();
        services.AddPlainHttpClient(GitHubConnections.HttpClientName).AddHttpMessageHandler(() => new GitHubTransport());
        services.AddSingleton<AppToken>();
        services.AddSingleton<GitHubConnections>();
        services.AddSingleton<InstallationTokens>();
        services.AddSingleton<InstallationDirectory>();
        services.AddSingleton<GitHubApi>();
        services.AddSingleton<AppDeliveries>();
        return services;
    }

    private static IServiceCollection AddSlackClient(this IServiceCollection services)
    {
        services.AddOptions<SlackOptions>().BindConfiguration(SlackOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SlackOptions>, SlackOptionsCheck>();
        services.AddPlainHttpClient(SlackClient.HttpClientName);
        services.AddSingleton<SlackClient>();
        services.AddSingleton<SlackChannels>();
        return services;
    }

    private static IServiceCollection AddStripeClient(this IServiceCollection services)
    {
        services.AddOptions<StripeOptions>().BindConfiguration(StripeOptions.Section)
            .Validate(o => ApiSettings.Problem($"{StripeOptions.Section}:ApiUrl", o.ApiUrl) is null, $"{StripeOptions.Section}:ApiUrl must be an absolute http or https address")
            .Validate(o => o.ApiKey?.Reveal().All(c => c is > ' ' and <= '~') != false, $"{StripeOptions.Section}:ApiKey holds characters that no key has, such as a blank")
            .ValidateOnStart();
        services.AddPlainHttpClient(StripeEvents.HttpClientName);
        services.AddSingleton<StripeEvents>();
        return services;
    }

    private static IServiceCollection AddGuardedHttp(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsCheck>();
        services.TryAddSingleton<ResolveHost>(static (host, cancellation) => Dns.GetHostAddressesAsync(host, cancellation));
        services.AddSingleton<GuardedConnector>();
        services.AddSingleton<GuardedHttp>();
        services.AddHttpClient(GuardedHttp.HttpClientName)
            .RemoveAllLoggers()
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => provider.GetRequiredService<GuardedConnector>().CreateHandler());
        return services;
    }

    // No loggers: addresses and headers may hold secrets. No redirects: credentials go where the settings say and nowhere else.
    private static IHttpClientBuilder AddPlainHttpClient(this IServiceCollection services, string name) =>
        services.AddHttpClient(name)
            .RemoveAllLoggers()
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.All,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(10),
            });
}
