using System.Net;

namespace WebhookBot.Benchmarks.Common;

/// <summary>Stands in for what a bot calls.</summary>
internal static class LoopbackServer
{
    /// <summary>A server on a free port of 127.0.0.1 that answers every request like that.</summary>
    public static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }
}
