using System.Collections.Concurrent;
using System.Diagnostics;

namespace WebhookBot.Tests.Faults;

/// <summary>Sends deliveries at a steady rate over keep-alive connections, whatever becomes of the bot, and keeps what it was told.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _workers;
    private readonly ConcurrentDictionary<string, int> _sent = new();
    private readonly ConcurrentDictionary<string, int> _acknowledged = new();
    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private readonly ConcurrentQueue<TimeSpan> _times = new();
    private readonly int _filler;
    private int _failures;

    private Load(Uri address, int connections, double aSecond, int filler)
    {
        _filler = filler;
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(20),
        };
        _workers = Task.WhenAll(Enumerable.Range(0, connections).Select(i => SendAsync(i, TimeSpan.FromSeconds(connections / aSecond))));
    }

    /// <summary>What was sent, answered or not.</summary>
    public ICollection<string> Sent => _sent.Keys;

    /// <summary>What was answered with 202 or 200.</summary>
    public ICollection<string> Acknowledged => _acknowledged.Keys;

    /// <summary>How often each status was answered.</summary>
    public IReadOnlyDictionary<int, int> Statuses => _statuses;

    /// <summary>How long each answer took.</summary>
    public IReadOnlyCollection<TimeSpan> Times => _times;

    /// <summary>Requests that got no answer.</summary>
    public int Failures => _failures;

    /// <summary>Answers with 503 that did not say when to come again.</summary>
    public int Unhelpful { get; private set; }

    public static Load Start(Uri address, int connections = 8, double aSecond = 200, int filler = 0) => new(address, connections, aSecond, filler);

    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _workers;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _ending.Dispose();
    }

    // Every other delivery that got no answer is sent again under its id, as a sender does that does not know.
    private async Task SendAsync(int connection, TimeSpan pace)
    {
        var again = new Queue<string>();
        using var timer = new PeriodicTimer(pace);
        for (var number = 0; !_ending.IsCancellationRequested; number++)
        {
            var id = again.TryDequeue(out var old) ? old : $"load-{connection}-{number}-{Guid.NewGuid():N}";
            if (!await TrySendAsync(id, number) && number % 2 == 0)
            {
                again.Enqueue(id);
            }

            await NextAsync(timer);
        }
    }

    private async Task<bool> TrySendAsync(string id, int number)
    {
        _sent.TryAdd(id, number);
        try
        {
            using var request = FaultBot.Push(id, number, filler: _filler);
            var started = Stopwatch.GetTimestamp();
            using var answer = await _client.SendAsync(request);
            _times.Enqueue(Stopwatch.GetElapsedTime(started));
            _statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, n) => n + 1);
            if (answer.IsSuccessStatusCode)
            {
                _acknowledged.TryAdd(id, number);
            }
            else if ((int)answer.StatusCode == 503 && answer.Headers.RetryAfter is null)
            {
                Unhelpful++;
            }

            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            Interlocked.Increment(ref _failures);
            return false;
        }
    }

    private async Task NextAsync(PeriodicTimer timer)
    {
        try
        {
            await timer.WaitForNextTickAsync(_ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The end of the load.
        }
    }
}
