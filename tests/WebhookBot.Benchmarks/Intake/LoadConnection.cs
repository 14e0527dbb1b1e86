using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// One keep-alive connection: the next request goes out when the last is answered. Requests are made beforehand, signed over a body that is
/// its own; only the delivery's id is written anew each time.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    // With few connections each takes turns with several pull requests, so that there are always that many at least.
    private const int FewestPullRequests = 64;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _send = new();
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _answer = new byte[4096];
    private readonly RawDelivery[] _deliveries;
    private readonly LoadTally _tally;
    private int _next;
    private int _filled;
    private long _sentAt;
    private volatile bool _isStopping;

    public LoadConnection(int port, int index, int connections, LoadTally tally)
    {
        _tally = tally;
        _deliveries = [.. Enumerable.Range(0, Math.Max(1, FewestPullRequests / connections)).Select(i => RawDelivery.Create(1000 + index + (i * connections)))];
        _receive.SetBuffer(_answer, 0, _answer.Length);
        _send.Completed += (_, _) => Drive(hasSent: true);
        _receive.Completed += (_, _) => Drive(hasSent: false);
        _socket.Connect(IPAddress.Loopback, port);
    }

    public void Start()
    {
        Prepare();
        if (!_socket.SendAsync(_send))
        {
            Drive(hasSent: true);
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        _socket.Dispose();
        _send.Dispose();
        _receive.Dispose();
    }

    private void Prepare()
    {
        var delivery = _deliveries[_next++ % _deliveries.Length];
        delivery.SetId(Guid.NewGuid());
        _send.SetBuffer(delivery.Bytes, 0, delivery.Bytes.Length);
        _filled = 0;
        _sentAt = Stopwatch.GetTimestamp();
    }

    // Each turn takes one completed operation and begins the next, until one is left pending.
    private void Drive(bool hasSent)
    {
        try
        {
            while (!_isStopping)
            {
                if (!hasSent && !TakeAnswer())
                {
                    return;
                }

                if (!hasSent && _filled == 0)
                {
                    Prepare();
                    if (_socket.SendAsync(_send))
                    {
                        return;
                    }
                }

                if (_send.SocketError != SocketError.Success)
                {
                    Break();
                    return;
                }

                _receive.SetBuffer(_filled, _answer.Length - _filled);
                if (_socket.ReceiveAsync(_receive))
                {
                    return;
                }

                hasSent = false;
            }
        }
        catch (ObjectDisposedException) when (_isStopping)
        {
            // The measurement is over.
        }
    }

    // False when the connection broke. A whole answer leaves nothing filled.
    private bool TakeAnswer()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            Break();
            return false;
        }

        _filled += _receive.BytesTransferred;
        if (RawDelivery.StatusOf(_answer.AsSpan(0, _filled)) is { } status)
        {
            _tally.Answered(status, Stopwatch.GetTimestamp() - _sentAt);
            _filled = 0;
        }

        return true;
    }

    private void Break()
    {
        if (!_isStopping)
        {
            _tally.Broke();
        }
    }
}
