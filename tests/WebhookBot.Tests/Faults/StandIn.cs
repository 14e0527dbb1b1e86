using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WebhookBot.Tests.Faults;

/// <summary>A call of the bot's <c>http</c> action.</summary>
/// <param name="Key">Its <c>Idempotency-Key</c>.</param>
/// <param name="Id">The delivery's id, which the rules put into the body.</param>
/// <param name="Number">The delivery's number within its subject.</param>
/// <param name="Subject">The delivery's subject.</param>
public sealed record Effect(string Key, string Id, int Number, string Subject);

/// <summary>Stands in for what the <c>http</c> action calls, and keeps what it was asked to do, in order.</summary>
public sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Effect> _effects = new();

    private StandIn(WebApplication app) => _app = app;

    public IReadOnlyCollection<Effect> Effects => _effects;

    /// <summary>The status it answers with, and before that whatever it waits for.</summary>
    public Func<Effect, CancellationToken, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(200);

    /// <summary>A step of a rule that calls it with the delivery's id, number and subject.</summary>
    public string Step => $$$"""http: { url: "{{{_app.Urls.First()}}}/", body: "{{id}} {{number}} {{ref}}" }""";

    public static async Task<StandIn> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var standIn = new StandIn(builder.Build());
        standIn._app.Run(standIn.TakeAsync);
        await standIn._app.StartAsync();
        return standIn;
    }

    /// <summary>How often each delivery's action was carried out.</summary>
    public Dictionary<string, int> CountById() => _effects.GroupBy(e => e.Id).ToDictionary(g => g.Key, g => g.Count());

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var said = (await reader.ReadToEndAsync()).Split(' ');
        var effect = new Effect(
            http.Request.Headers["Idempotency-Key"].ToString(), said[0], int.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture), said[2]);
        _effects.Enqueue(effect);
        http.Response.StatusCode = await Answer(effect, http.RequestAborted);
    }
}
