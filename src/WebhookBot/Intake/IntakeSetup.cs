using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace WebhookBot.Intake;

/// <summary>Registers the intake.</summary>
public static class IntakeSetup
{
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddOptions<IntakeOptions>().BindConfiguration(IntakeOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SourceRegistry>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<IntakeEndpoint>();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<IntakeOptions>>((forwarded, intake) =>
        {
            // Nobody is believed but the proxies that are named: the framework trusts loopback unless told otherwise.
            forwarded.ForwardedHeaders = intake.Value.AllowFromProxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in intake.Value.AllowFromProxies)
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
            }
        });
        return services;
    }

    public static void MapIntake(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<IntakeEndpoint>();
        app.MapPost("/hooks/{source}", (RequestDelegate)endpoint.HandleAsync);
    }
}
