using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace WebhookBot.Intake;

/// <summary>
/// How many requests that did not verify one address (of IPv6, one network) may send to one source. Only those count, and only those are
/// turned away: whoever signs gets through, also from behind the proxy that a flood comes through.
/// </summary>
internal sealed class UnverifiedRate(int perSecond, int burst, TimeProvider clock)
{
    private const int MostPeers = 4096;

    private readonly ConcurrentDictionary<(string Source, UInt128 Network), Bucket> _buckets = new();

    /// <summary>Whether that address has nothing left.</summary>
    public bool IsSpent(string source, IPAddress? peer) =>
        peer is not null && _buckets.TryGetValue((source, Network(peer)), out var bucket) && bucket.Level(Now, perSecond, burst) < 1;

    /// <summary>Takes one; false when nothing was left.</summary>
    public bool Take(string source, IPAddress? peer)
    {
        if (peer is null)
        {
            return true;
        }

        // To count the table takes all its locks, so it is counted when it grows.
        var key = (source, Network(peer));
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            if (_buckets.Count >= MostPeers)
            {
                Forget();
            }

            bucket = _buckets.GetOrAdd(key, _ => new Bucket(burst, Now));
        }

        return bucket.Take(Now, perSecond, burst);
    }

    /// <summary>Who counts as one sender: a customer of IPv6 has a /64 to himself, and with it more addresses than any table holds.</summary>
    public static UInt128 Network(IPAddress peer)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!peer.TryWriteBytes(bytes, out var length) || length == 4 || peer.IsIPv4MappedToIPv6)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes[(length == 4 ? 0 : 12)..]);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes) & ((UInt128)ulong.MaxValue << 64);
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
