using System.Net;
using System.Net.Sockets;
using WebhookBot.Benchmarks.Intake;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>One keep-alive connection of an <see cref="OfferLoad"/>, with one delivery at a time.</summary>
internal sealed class OfferConnection : IDisposable
{
    private readonly OfferLoad _load;
    private readonly RawDelivery _delivery;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _operation = new();
    private readonly byte[] _answer = new byte[1024];
    private readonly IPEndPoint _server;
    private int _filled;

    public OfferConnection(OfferLoad load, int port, RawDelivery delivery)
    {
        (_load, _delivery, _server) = (load, delivery, new IPEndPoint(IPAddress.Loopback, port));
        _operation.Completed += (_, operation) => Drive(operation.LastOperation);
    }

    /// <summary>Of the delivery that was sent last.</summary>
    public Guid Id { get; private set; }

    /// <summary>The time stamp at which that was to be sent.</summary>
    public long Due { get; private set; }

    public bool HasAnswered { get; private set; }

    public void Send(Guid id, long due)
    {
        (Id, Due, _filled) = (id, due, 0);
        _delivery.SetId(id);
        if (HasAnswered)
        {
            Drive(SocketAsyncOperation.Connect);
            return;
        }

        _operation.RemoteEndPoint = _server;
        if (!_socket.ConnectAsync(_operation))
        {
            Drive(SocketAsyncOperation.Connect);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _operation.Dispose();
    }

    // Begins what follows on what is done, until that waits.
    private void Drive(SocketAsyncOperation done)
    {
        try
        {
            for (var isPending = false; !isPending;)
            {
                if (_operation.SocketError != SocketError.Success || (done == SocketAsyncOperation.Receive && _operation.BytesTransferred == 0))
                {
                    _load.Ended(this);
                    return;
                }

                if (done == SocketAsyncOperation.Receive && TakeAnswer())
                {
                    return;
                }

                isPending = done == SocketAsyncOperation.Connect ? BeginSend() : BeginReceive();
                done = done == SocketAsyncOperation.Connect ? SocketAsyncOperation.Send : SocketAsyncOperation.Receive;
            }
        }
        catch (ObjectDisposedException)
        {
            // The load is over.
        }
    }

    private bool BeginSend()
    {
        _operation.SetBuffer(_delivery.Bytes, 0, _delivery.Bytes.Length);
        return _socket.SendAsync(_operation);
    }

    private bool BeginReceive()
    {
        _operation.SetBuffer(_answer, _filled, _answer.Length - _filled);
        return _socket.ReceiveAsync(_operation);
    }

    // True when all of it is there; then somebody else may use this connection already.
    private bool TakeAnswer()
    {
        _filled += _operation.BytesTransferred;
        var answer = _answer.AsSpan(0, _filled);
        if (RawDelivery.StatusOf(answer) is not { } status)
        {
            return false;
        }

        HasAnswered = true;
        _load.Answered(this, status, saysWhen: answer.IndexOf("\nRetry-After: "u8) >= 0, isLast: answer.IndexOf("\nConnection: close"u8) >= 0);
        return true;
    }
}
