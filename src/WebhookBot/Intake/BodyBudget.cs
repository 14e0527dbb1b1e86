namespace WebhookBot.Intake;

/// <summary>
/// Bounds the memory of bodies that are being read. Small ones pass freely; a large one takes what it may need from a common budget
/// before the first byte is read, in order of arrival.
/// </summary>
internal sealed class BodyBudget(long bytes, TimeProvider clock)
{
    public const long FreeOfCharge = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
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

    /// <summary>Takes the bytes, waiting for them; false when the time runs out first.</summary>
    public async ValueTask<bool> TakeAsync(long wanted, TimeSpan timeout, CancellationToken cancellation)
    {
        if (wanted <= FreeOfCharge)
        {
            return true;
        }

        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            if (_waiting.Count == 0 && bytes - _taken >= wanted)
            {
                _taken += wanted;
                return true;
            }

            place = _waiting.AddLast(new Waiter(wanted));
        }

        try
        {
            await place.Value.Turn.Task.WaitAsync(timeout, clock, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            Leave(place);
            return false;
        }
        catch (OperationCanceledException)
        {
            Leave(place);
            throw;
        }
    }

    /// <summary>Gives the bytes back.</summary>
    public void Return(long taken)
    {
        if (taken <= FreeOfCharge)
        {
            return;
        }

        lock (_gate)
        {
            _taken -= taken;
            while (_waiting.First is { } next && bytes - _taken >= next.Value.Wanted)
            {
                _taken += next.Value.Wanted;
                _waiting.RemoveFirst();
                next.Value.Turn.SetResult();
            }
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
                return;
            }
        }

        Return(place.Value.Wanted);
    }

    private sealed record Waiter(long Wanted)
    {
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
