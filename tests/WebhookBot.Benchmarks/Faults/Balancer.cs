using System.Collections.Concurrent;
using System.Diagnostics;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>Sends requests to one server after the other, and to the next one when one is not there.</summary>
internal sealed class Balancer(IReadOnlyList<Uri> servers) : HttpMessageHandler
{
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(25);

    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false });
    private int _next;

    /// <summary>Deliveries that were sent again after their connection broke: the first server may have them.</summary>
    public ConcurrentBag<long> Repeated { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            request.RequestUri = new Uri(servers[(int)((uint)Interlocked.Increment(ref _next) % (uint)servers.Count)], path);
            try
            {
                return await _invoker.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (Stopwatch.GetElapsedTime(began) < GivesUpAfter)
            {
                if (e.HttpRequestError != HttpRequestError.ConnectionError)
                {
                    Repeated.Add(long.Parse(request.Headers.GetValues("X-GitHub-Delivery").Single(), null));
                }
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _invoker.Dispose();
        base.Dispose(disposing);
    }
}
