using System.Diagnostics;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>What was answered to one request.</summary>
/// <param name="Number">Which one.</param>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="IsCopy">Whether it was said to be one that is there already.</param>
/// <param name="Due">The time stamp at which it was to be sent.</param>
/// <param name="Milliseconds">From then to the answer.</param>
internal sealed record Answer(long Number, int Status, bool IsCopy, long Due, double Milliseconds);

/// <summary>Requests at a steady rate, whatever becomes of those before, each timed from when it was due.</summary>
internal sealed class SteadyLoad : IDisposable
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(15);

    private readonly HttpClient[] _clients;
    private readonly double _aSecond;

    /// <param name="address">Where they go.</param>
    /// <param name="aSecond">The rate.</param>
    /// <param name="connections">They take turns; beside one that is busy when it is due another is opened, as senders do.</param>
    public SteadyLoad(Uri address, double aSecond, int connections = 32)
        : this(Enumerable.Range(0, connections).Select(_ => new SocketsHttpHandler { UseProxy = false }), address, aSecond)
    {
    }

    /// <summary>Over connections that somebody else made.</summary>
    public SteadyLoad(IEnumerable<HttpMessageHandler> handlers, Uri address, double aSecond)
    {
        _clients = [.. handlers.Select(h => new HttpClient(h) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) })];
        _aSecond = aSecond;
    }

    /// <summary>Sends that many, fewer when it is ended early, and waits for the answers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes the one with that number, before it is due.</param>
    /// <param name="ending">Nothing more is to be sent.</param>
    public async Task<IReadOnlyList<Answer>> RunAsync(long count, Func<long, HttpRequestMessage> make, CancellationToken ending = default)
    {
        var (began, told) = (Stopwatch.GetTimestamp(), 0);
        var sent = new List<Task<Answer>>();
        for (var i = 0L; i < count && !ending.IsCancellationRequested; i++)
        {
            var request = make(i);
            var due = began + (long)(i / _aSecond * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due)
            {
                await Task.Delay(1, CancellationToken.None);
            }

            sent.Add(SendAsync(i, request, due));
            if (Stopwatch.GetElapsedTime(began) > TellEvery * (told + 1))
            {
                told++;
                Report.Progress($"  {sent.Count:N0} sent, {sent.Count(s => !s.IsCompleted):N0} under way");
            }
        }

        return await Task.WhenAll(sent);
    }

    public void Dispose() => Array.ForEach(_clients, c => c.Dispose());

    private async Task<Answer> SendAsync(long number, HttpRequestMessage request, long due)
    {
        using (request)
        {
            try
            {
                using var answer = await _clients[number % _clients.Length].SendAsync(request);
                var took = Stopwatch.GetElapsedTime(due).TotalMilliseconds;
                var said = await answer.Content.ReadAsStringAsync();
                return new Answer(number, (int)answer.StatusCode, said.Contains("\"duplicate\":true", StringComparison.Ordinal), due, took);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return new Answer(number, 0, false, due, Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }
        }
    }
}
