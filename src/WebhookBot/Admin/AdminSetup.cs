using System.Globalization;
using OpenTelemetry.Metrics;
using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Admin;

/// <summary>Registers the outside view.</summary>
public static class AdminSetup
{
    public static IServiceCollection AddAdmin(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindConfiguration(AdminOptions.Section);
        services.AddSingleton<AdminGate>();
        services.AddSingleton<MaskedAnswers>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(BotMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());
        return services;
    }

    public static void MapAdmin(this WebApplication app)
    {
        app.Services.WatchSaturation();
        app.Lifetime.ApplicationStarted.Register(() => TargetEndpoints.Measure(app.Services.GetRequiredService<ITargetTraffic>()));
        var gate = app.Services.GetRequiredService<AdminGate>();
        app.MapHealth();
        var api = app.MapGroup("/api").AddEndpointFilter(app.Services.GetRequiredService<MaskedAnswers>()).AddEndpointFilter(gate).AddEndpointFilter(TellWhenUnwritableAsync);
        api.MapDeliveries();
        api.MapReplays();
        api.MapDeadLetters();
        api.MapRules();
        api.MapSchedules();
        api.MapSources();
        api.MapTargets();
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase), branch => branch.Use(async (http, next) =>
        {
            if (gate.IsAllowed(http))
            {
                await next();
            }
            else
            {
                await gate.Refusal(http).ExecuteAsync(http);
            }
        }));
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static async ValueTask<object?> TellWhenUnwritableAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (JournalUnavailableException e)
        {
            context.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(e.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Results.Problem(statusCode: 503, title: "The journal cannot be written", detail: e.Message);
        }
    }
}
