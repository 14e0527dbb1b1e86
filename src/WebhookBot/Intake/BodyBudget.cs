using System.Net;

namespace WebhookBot.Intake;

/// <summary>
/// Bounds the memory of bodies that are being read. Small ones pass freely; a large one takes what it may need from a common budget before it is
/// read on. Whose address holds least comes first, so that one who holds much and sends slowly stands in nobody's way but his own.
/// </summary>
internal sealed class BodyBudget(long bytes, TimeProvider clock)
{
    public const long FreeOfCharge = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Dictionary<UInt128, long> _held = [];
    private long _taken;

    /// <summary>How many bytes are taken now.</summary>
    public long Taken
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>Takes the bytes, waiting for them; null when the time runs out first.</summary>
    public async ValueTask<Share?> TakeAsync(long wanted, IPAddress? peer, TimeSpan timeout, CancellationToken cancellation)
    {
        var waiter = new Waiter(new Share(this, wanted, peer is null ? 0 : UnverifiedRate.Network(peer)));
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            place = _waiting.AddLast(waiter);
            Serve();
        }

        try
        {
            await waiter.Turn.Task.WaitAsync(timeout, clock, cancellation);
            return waiter.Share;
        }
        catch (TimeoutException)
        {
            Leave(place);
            return null;
        }
        catch (OperationCanceledException)
        {
            Leave(place);
            throw;
        }
    }

    private void Return(Share share)
    {
        lock (_gate)
        {
            _taken -= share.Bytes;
            if ((_held[share.Network] -= share.Bytes) == 0)
            {
                _held.Remove(share.Network);
            }

            Serve();
        }
    }

    // Nobody overtakes the one whose turn it is, however little he wants: large bodies come as well.
    private void Serve()
    {
        while (_waiting.Count > 0 && _waiting.MinBy(w => _held.GetValueOrDefault(w.Share.Network)) is { } next && bytes - _taken >= next.Share.Bytes)
        {
            _taken += next.Share.Bytes;
            _held[next.Share.Network] = _held.GetValueOrDefault(next.Share.Network) + next.Share.Bytes;
            _waiting.Remove(next);
            next.Turn.SetResult();
        }
    }

    // The turn may have come at the very moment the wait ended; then the bytes go back.
    private void Leave(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
                Serve();
                return;
            }
        }

        Return(place.Value.Share);
    }

    /// <summary>Bytes that were taken; given back when it is disposed, unless somebody else sees to that.</summary>
    public sealed class Share(BodyBudget budget, long bytes, UInt128 network) : IDisposable
    {
        private bool _isKept;

        public long Bytes => bytes;

        public UInt128 Network => network;

        /// <summary>It is given back by what this returns, and not by the end of its scope.</summary>
        public Action Keep()
        {
            _isKept = true;
            return () => budget.Return(this);
        }

        public void Dispose()
        {
            if (!_isKept)
            {
                budget.Return(this);
            }
        }
    }

    private sealed record Waiter(Share Share)
    {
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
