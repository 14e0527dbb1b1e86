using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// One keep-alive connection: the next request goes out when the last is answered. Requests are made beforehand, signed over a body that is
/// its own; only the delivery's id is written anew each time.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    // With few connections each takes turns with several pull requests, so that there are always that many at least.
    private const int FewestPullRequests = 64;
    private const string IdHeader = "X-GitHub-Delivery: ";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _send = new();
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _answer = new byte[4096];
    private readonly (byte[] Bytes, int IdAt)[] _requests;
    private readonly LoadTally _tally;
    private int _next;
    private int _filled;
    private long _sentAt;
    private volatile bool _isStopping;

    public LoadConnection(int port, int index, int connections, LoadTally tally)
    {
        _tally = tally;
        _requests = [.. Enumerable.Range(0, Math.Max(1, FewestPullRequests / connections)).Select(i => Request(1000 + index + (i * connections)))];
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

    private static (byte[] Bytes, int IdAt) Request(int number)
    {
        var body = PullRequestBody.Create(PullRequestBody.TenKilobytes, number);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(ServerVerb.Secret), body));
        var head =
            $"POST {ServerVerb.Path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: GitHub-Hookshot/0000000\r\n" +
            "Content-Type: application/json\r\nX-GitHub-Event: pull_request\r\nX-GitHub-Hook-ID: 292430182\r\n" +
            "X-GitHub-Hook-Installation-Target-ID: 79929171\r\nX-GitHub-Hook-Installation-Target-Type: repository\r\n" +
            $"X-Hub-Signature-256: sha256={signature}\r\n{IdHeader}{Guid.Empty}\r\nContent-Length: {body.Length}\r\n\r\n";
        return ([.. Encoding.ASCII.GetBytes(head), .. body], head.IndexOf(IdHeader, StringComparison.Ordinal) + IdHeader.Length);
    }

    private void Prepare()
    {
        var (bytes, idAt) = _requests[_next++ % _requests.Length];
        Guid.NewGuid().TryFormat(bytes.AsSpan(idAt, 36), out _);
        _send.SetBuffer(bytes, 0, bytes.Length);
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
        var answer = _answer.AsSpan(0, _filled);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end >= 0 && IsWhole(answer, end))
        {
            var status = ((answer[9] - '0') * 100) + ((answer[10] - '0') * 10) + (answer[11] - '0');
            _tally.Answered(status, Stopwatch.GetTimestamp() - _sentAt);
            _filled = 0;
        }

        return true;
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer, int end)
    {
        var length = answer[..end].IndexOf("\nContent-Length: "u8);
        return length < 0
            ? answer.EndsWith("\r\n0\r\n\r\n"u8)
            : Utf8Parser.TryParse(answer[(length + 17)..], out int bytes, out _) && answer.Length >= end + 4 + bytes;
    }

    private void Break()
    {
        if (!_isStopping)
        {
            _tally.Broke();
        }
    }
}
