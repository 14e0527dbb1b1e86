using System.Diagnostics;
using System.Numerics;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// Counts answers and their times. Filled by the one thread that drives the sockets. Times go into a histogram of 128 steps to each power of
/// two, which is right within 0.8 %.
/// </summary>
internal sealed class LoadTally(int goodStatus)
{
    private const int Steps = 128;

    private readonly long[] _counts = new long[Steps * 48];
    private volatile bool _isMeasuring;
    private long _measured;
    private long _good;
    private long _bad;

    /// <summary>Answers with another status and connections that broke, at any time.</summary>
    public long Bad => Volatile.Read(ref _bad);

    public long Good => Volatile.Read(ref _good);

    public void Begin() => _isMeasuring = true;

    /// <summary>How many there were since it began, and the median and 99th percentile of their milliseconds.</summary>
    public (long Count, double P50, double P99) End()
    {
        _isMeasuring = false;
        Thread.Sleep(5);
        return (_measured, Percentile(0.5), Percentile(0.99));
    }

    public void Broke() => Interlocked.Increment(ref _bad);

    public void Answered(int status, long ticks)
    {
        if (status != goodStatus)
        {
            Broke();
            return;
        }

        _good++;
        if (_isMeasuring)
        {
            _measured++;
            _counts[IndexOf((long)(ticks * (1e9 / Stopwatch.Frequency)))]++;
        }
    }

    private double Percentile(double quantile)
    {
        var target = (long)Math.Ceiling(_measured * quantile);
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= target && seen > 0)
            {
                return UpperOf(i) / 1e6;
            }
        }

        return 0;
    }

    private static int IndexOf(long nanoseconds)
    {
        if (nanoseconds < Steps)
        {
            return (int)Math.Max(nanoseconds, 0);
        }

        var shift = BitOperations.Log2((ulong)nanoseconds) - 7;
        return Math.Min(((shift + 1) * Steps) + (int)(nanoseconds >> shift) - Steps, (Steps * 48) - 1);
    }

    private static long UpperOf(int index)
    {
        var shift = (index / Steps) - 1;
        return shift < 0 ? index : ((long)((index % Steps) + Steps + 1) << shift) - 1;
    }
}
