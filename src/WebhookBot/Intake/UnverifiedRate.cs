using System.Collections.Concurrent;
using System.Net;

namespace WebhookBot.Intake;

/// <summary>
/// How many requests that did not verify one address may send to one source. Only those count, and only those are turned away: whoever
/// signs gets through, also from behind the proxy that a flood comes through.
/// </summary>
internal sealed class UnverifiedRate(int perSecond, int burst, TimeProvider clock)
{
    private const int MostPeers = 4096;

    private readonly ConcurrentDictionary<(string Source, IPAddress Peer), Bucket> _buckets = new();

    /// <summary>Whether that address has nothing left.</summary>
    public bool IsSpent(string source, IPAddress? peer) =>
        peer is not null && _buckets.TryGetValue((source, peer), out var bucket) && bucket.Level(Now, perSecond, burst) < 1;

    /// <summary>Takes one; false when nothing was left.</summary>
    public bool Take(string source, IPAddress? peer)
    {
        if (peer is null)
        {
            return true;
        }

        if (_buckets.Count >= MostPeers)
        {
            Forget();
        }

        return _buckets.GetOrAdd((source, peer), _ => new Bucket(burst, Now)).Take(Now, perSecond, burst);
    }

    private long Now => clock.GetTimestamp() / (clock.TimestampFrequency / 1000);

    // Whoever is full again is as good as unknown; if all are busy, the table starts anew.
    private void Forget()
    {
        var now = Now;
        foreach (var (key, bucket) in _buckets)
        {
            if (bucket.Level(now, perSecond, burst) >= burst)
            {
                _buckets.TryRemove(key, out _);
            }
        }

        if (_buckets.Count >= MostPeers)
        {
            _buckets.Clear();
        }
    }

    private sealed class Bucket(double level, long at)
    {
        private readonly Lock _gate = new();
        private double _level = level;
        private long _at = at;

        public double Level(long now, int perSecond, int burst)
        {
            lock (_gate)
            {
                _level = Math.Min(burst, _level + (Math.Max(0, now - _at) * perSecond / 1000.0));
                _at = now;
                return _level;
            }
        }

        public bool Take(long now, int perSecond, int burst)
        {
            lock (_gate)
            {
                if (Level(now, perSecond, burst) < 1)
                {
                    return false;
                }

                _level--;
                return true;
            }
        }
    }
}
