using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>Connections that send nothing, stop in their headers, or stop in their body, by turns.</summary>
internal sealed class IdleSenders : IAsyncDisposable
{
    public const int InHeaders = 0;
    public const int InBody = 1;

    /// <summary>The kind that sends nothing, which a server may take for a connection that is kept for later.</summary>
    public const int Silent = 2;

    /// <summary>How each kind begins.</summary>
    public static readonly IReadOnlyList<(string Name, string Begins)> Kinds =
    [
        ("that stop in the headers", $"POST {GitHubRequest.Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: appli"),
        ("that stop in the body", $"POST {GitHubRequest.Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256={new string('0', 64)}\r\nContent-Length: 1000\r\n\r\n{{"),
        ("that send nothing", ""),
    ];

    /// <summary>They begin over this long, so that they are not all cut at one moment.</summary>
    public static readonly TimeSpan Begin = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _ending = new();
    private readonly int _port;
    private readonly bool _isMadeAgain;
    private readonly Task _all;
    private int _open;

    /// <param name="port">Of the server on loopback.</param>
    /// <param name="count">How many connections.</param>
    /// <param name="isMadeAgain">Whether one that was cut is made again, until it is disposed.</param>
    /// <param name="kinds">The kinds they are of.</param>
    public IdleSenders(int port, int count, bool isMadeAgain, params IReadOnlyList<int> kinds)
    {
        (_port, _isMadeAgain) = (port, isMadeAgain);
        _all = Task.WhenAll(Enumerable.Range(0, count).Select(i => SendAsync(kinds[i % kinds.Count], Begin * i / count)));
    }

    /// <summary>How many are connected now.</summary>
    public int Open => _open;

    /// <summary>Each that was cut: its kind, and how long after it had begun.</summary>
    public ConcurrentQueue<(int Kind, TimeSpan After)> Cut { get; } = new();

    /// <summary>Until every one was cut, or so long.</summary>
    public Task WaitAsync(TimeSpan atMost) => Task.WhenAny(_all, Task.Delay(atMost));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _all;
        _ending.Dispose();
    }

    private async Task SendAsync(int kind, TimeSpan after)
    {
        await Task.Delay(after, _ending.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        do
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
                await HoldAsync(socket, kind);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (_isMadeAgain);
    }

    private async Task HoldAsync(Socket socket, int kind)
    {
        var began = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _open);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(Kinds[kind].Begins), _ending.Token);
            var answer = new byte[1024];
            while (await socket.ReceiveAsync(answer, _ending.Token) > 0)
            {
                // What it is told before it is cut.
            }
        }
        catch (SocketException)
        {
            // Cut hard.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }

        Cut.Enqueue((kind, Stopwatch.GetElapsedTime(began)));
    }
}
