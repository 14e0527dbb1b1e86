using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WebhookBot.Tests.Peers;

/// <summary>A request that arrived at a <see cref="LoopbackListener"/>.</summary>
public sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>Takes every request on a free loopback port, answers 200 and hands them to the test in order.</summary>
public sealed class LoopbackListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();

    private LoopbackListener(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<LoopbackListener> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var listener = new LoopbackListener(builder.Build());
        listener._app.Run(listener.ReceiveAsync);
        await listener._app.StartAsync();
        return listener;
    }

    /// <summary>The next request.</summary>
    /// <exception cref="TimeoutException">None came in time; the message has <paramref name="log"/>'s text.</exception>
    public async Task<ReceivedRequest> NextAsync(TimeSpan within, Func<string> log)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            return await _received.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no request within {within}\n{log()}");
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _received.Writer.TryWrite(new ReceivedRequest(request.Method, request.Path, headers, body));
    }
}
