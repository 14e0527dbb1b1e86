namespace WebhookBot.Actions;

/// <summary>
/// Work during which the process has ended before is done one at a time: what ends it again is then known, and what merely happened to be
/// going on beside it is not held responsible with it.
/// </summary>
public sealed class Quarantine : IDisposable
{
    /// <summary>Work during which the process ended this often is given up.</summary>
    public const int MostInterruptions = 3;

    private readonly SemaphoreSlim _one = new(1);

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
        return new Place(_one);
    }

    public void Dispose() => _one.Dispose();

    private sealed class Place(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
