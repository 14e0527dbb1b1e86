namespace WebhookBot.Actions;

/// <summary>
/// Work during which the process has ended before is done one at a time: what ends it again is then known, and what merely happened to be
/// going on beside it is not held responsible with it. One that takes long does not keep the next from its turn: it is slow, and ends nothing.
/// </summary>
public sealed class Quarantine(TimeProvider clock) : IDisposable
{
    /// <summary>Work during which the process ended this often is given up.</summary>
    public const int MostInterruptions = 3;

    /// <summary>After this long the next one may begin.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Why it is not tried again; null when it is.</summary>
    public static string? Refusal(int interrupted) =>
        interrupted >= MostInterruptions ? $"the process ended {interrupted} times in the middle of it, so it is not tried again" : null;

    /// <summary>Waits until no other suspect is worked on; work that was never interrupted waits for nothing.</summary>
    public async Task<IDisposable?> EnterAsync(int interrupted, CancellationToken cancellation)
    {
        if (interrupted == 0)
        {
            return null;
        }

        await _one.WaitAsync(cancellation);
        return new Place(this, clock);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _one.Dispose();
        }
    }

    // A turn may end after the bot did.
    private void LetNextIn()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _one.Release();
            }
        }
    }

    private sealed class Place : IDisposable
    {
        private readonly Quarantine _quarantine;
        private readonly ITimer _turn;
        private int _isLeft;

        public Place(Quarantine quarantine, TimeProvider clock)
        {
            _quarantine = quarantine;
            _turn = clock.CreateTimer(static self => ((Place)self!).Leave(), this, Turn, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _turn.Dispose();
            Leave();
        }

        private void Leave()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                _quarantine.LetNextIn();
            }
        }
    }
}
