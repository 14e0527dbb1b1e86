using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using WebhookBot.Rules;
using IPNetwork = System.Net.IPNetwork;

namespace WebhookBot.Intake;

/// <summary>Registers the intake.</summary>
public static class IntakeSetup
{
    // Each holds 16 KB while it is idle.
    private const int MostConnections = 10_000;

    // As long as Kestrel gives to whoever sends nothing, which it no longer looks after once it stops.
    private static readonly TimeSpan LastBodies = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section).ValidateDataAnnotations()
            .Configure<IConfiguration>((options, settings) =>
            {
                // As one text it is no list to the binder, which passes it over in silence.
                foreach (var network in settings[$"{IntakeOptions.Section}:{nameof(IntakeOptions.AllowFromProxies)}"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
                {
                    options.AllowFromProxies.Add(network);
                }
            })
            .Validate(o => o.AllowFromProxies.All(p => NetworkLists.Network(p) is not null), "Intake:AllowFromProxies takes networks and addresses, such as 10.0.0.0/8 or 127.0.0.1")
            .Validate(o => o.PublicUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, "Intake:PublicUrl must be an address such as https://bot.example.com")
            .ValidateOnStart();
        services.AddSingleton(p => new OpenConnections(MostConnections, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<OpenConnections>>()));
        services.AddSingleton<SourceRegistry>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<IAlertSources, AlertSources>();
        services.AddSingleton<PublishedKeys>();
        services.AddSingleton(p => new CheckTools(
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<PublishedKeys>(), p.GetRequiredService<IOptions<IntakeOptions>>().Value.PublicUrl));
        services.AddSingleton<NetworkLists>();
        services.AddSingleton<SourceActivity>();
        services.AddSingleton<DeliveryInbox>();
        services.AddSingleton<FetchedDeliveries>();
        services.AddSingleton<IntakeEndpoint>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<IntakeOptions>>((forwarded, intake) =>
        {
            // Nobody is believed but the proxies that are named: the framework trusts loopback unless told otherwise.
            forwarded.ForwardedHeaders = intake.Value.AllowFromProxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in intake.Value.AllowFromProxies.Select(NetworkLists.Network).OfType<IPNetwork>())
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        });
        return services;
    }

    /// <summary>Before anything else that looks at requests.</summary>
    public static WebApplication UseOpenConnections(this WebApplication app)
    {
        var connections = app.Services.GetRequiredService<OpenConnections>();
        app.Use(next => http => connections.ServeAsync(http, next));
        return app;
    }

    public static void MapIntake(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<IntakeEndpoint>();
        app.Lifetime.ApplicationStopping.Register(() => endpoint.EndAfter(LastBodies));

        // They leave at the routing: what comes behind it is for answers that have no bodies of their own.
        app.MapPost("/hooks/{source}/{secret?}", (RequestDelegate)endpoint.HandleAsync).ShortCircuit();

        // The addresses that Slack's manifests have: whatever the source of the preset is called.
        foreach (var path in (string[])["/slack/events", "/slack/commands", "/slack/interactive"])
        {
            app.MapPost(path, (RequestDelegate)endpoint.HandleSlackAsync).ShortCircuit();
        }

        app.MapMethods("/hooks/{source}/{secret?}", ["OPTIONS", "GET"], (RequestDelegate)endpoint.GreetAsync);
    }
}
