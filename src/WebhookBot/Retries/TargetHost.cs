namespace WebhookBot.Retries;

/// <summary>What is broken as a whole when it is.</summary>
internal sealed class TargetHost(string kind, string name, CircuitBreaker breaker)
{
    public string Kind => kind;

    public string Name => name;

    public CircuitBreaker Breaker => breaker;

    public TargetRoom Room { get; } = new();

    public SubjectOrder Order { get; } = new();

    /// <summary>Whether its being open was told to the rules.</summary>
    public bool IsTold { get; set; }

    public int Users { get; set; }
}

/// <summary>What limits and pace go by.</summary>
internal sealed class TargetLane(string name, TargetHost host)
{
    public string Name => name;

    public TargetHost Host => host;

    public CircuitBreaker Breaker { get; } = new(breakAfter: 1);

    public WaitingLine Line { get; } = new();

    public int Users { get; set; }
}

/// <summary>
/// How many of those whose time has come may call one host together, so that a slow one does not take the sweep from the others: some call, some
/// wait a moment, and the rest is put off.
/// </summary>
internal sealed class TargetRoom : IDisposable
{
    /// <summary>How many call together.</summary>
    public const int Size = 8;

    private const int MostInside = 32;

    private readonly SemaphoreSlim _places = new(Size);
    private int _inside;

    /// <summary>False when there is no room. What entered has to leave.</summary>
    public async Task<bool> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _inside) > MostInside)
        {
            Interlocked.Decrement(ref _inside);
            return false;
        }

        try
        {
            await _places.WaitAsync(cancellation);
            return true;
        }
        catch
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }
    }

    public void Leave()
    {
        _places.Release();
        Interlocked.Decrement(ref _inside);
    }

    public void Dispose() => _places.Dispose();
}
