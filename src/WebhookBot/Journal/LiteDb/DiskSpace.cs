namespace WebhookBot.Journal.LiteDb;

/// <summary>Stops the taking of deliveries before the disk is full: what is held must still be worked off and written down.</summary>
internal sealed class DiskSpace(LogFolder folder, TimeProvider time)
{
    private const long Least = 200L << 20;
    private const double LeastShare = 0.05;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private long _lookedAt;
    private bool _hasLooked;
    private volatile string? _problem;

    public string? Problem => _problem;

    /// <summary>Whether the last look is too old to refuse anybody for it.</summary>
    public bool IsDue => !Volatile.Read(ref _hasLooked) || time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= s_every;

    public void Look()
    {
        if (!IsDue)
        {
            return;
        }

        var (free, total) = folder.Space();
        Volatile.Write(ref _lookedAt, time.GetTimestamp());
        Volatile.Write(ref _hasLooked, true);
        _problem = free < Math.Min(Least, total * LeastShare) ? $"the disk is nearly full: {free >> 20} MB are left" : null;
    }
}
