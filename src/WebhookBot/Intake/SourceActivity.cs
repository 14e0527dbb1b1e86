using System.Collections.Concurrent;
using System.Net;

namespace WebhookBot.Intake;

/// <summary>What came to each source since the start and what of it was refused, for the people who run the bot. Never for the caller.</summary>
public sealed partial class SourceActivity(TimeProvider clock, ILogger<SourceActivity> log)
{
    /// <summary>The name for what was sent to sources that there are not.</summary>
    public const string Elsewhere = "unknown";

    private const int MostKept = 10;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Record> _sources = new(StringComparer.Ordinal);

    /// <summary>What came to that source.</summary>
    public SourceRecord Of(string source) => _sources.TryGetValue(source, out var record) ? record.Read() : new SourceRecord(null, 0, 0, []);

    internal void Taken(string source) => Find(source).Taken(clock.GetUtcNow());

    /// <summary>Remembers a refusal, and tells of it in the log: one line a second and source, with how many were not told.</summary>
    internal void Refused(string source, int status, Func<string> reason, IPAddress? peer)
    {
        var untold = Find(source).Refused(new Entry(clock.GetUtcNow(), status, reason, peer), clock.GetTimestamp(), t => clock.GetElapsedTime(t) >= BetweenLines);
        if (untold == 0)
        {
            LogRefused(source, status, reason(), peer);
        }
        else if (untold > 0)
        {
            LogRefusedMore(source, status, reason(), peer, untold);
        }
    }

    private Record Find(string source) => _sources.GetOrAdd(source, _ => new Record());

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused a request to {Source} with {Status}: {Reason} (from {Peer})")]
    private partial void LogRefused(string source, int status, string reason, IPAddress? peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused a request to {Source} with {Status}: {Reason} (from {Peer}), and {Untold} more since the last line")]
    private partial void LogRefusedMore(string source, int status, string reason, IPAddress? peer, int untold);

    // What is read by nobody need not be put into words.
    private sealed record Entry(DateTimeOffset At, int Status, Func<string> Reason, IPAddress? Peer);

    private sealed class Record
    {
        private readonly Lock _gate = new();
        private readonly Queue<Entry> _last = new();
        private DateTimeOffset? _takenAt;
        private long _taken;
        private long _refused;
        private long? _toldAt;
        private int _untold;

        public void Taken(DateTimeOffset at)
        {
            lock (_gate)
            {
                _taken++;
                _takenAt = at;
                _last.Clear();
            }
        }

        /// <summary>How many were not told before this one, which is to be told; -1 when it is not.</summary>
        public int Refused(Entry refusal, long now, Func<long, bool> isLongAgo)
        {
            lock (_gate)
            {
                _refused++;
                _last.Enqueue(refusal);
                if (_last.Count > MostKept)
                {
                    _last.Dequeue();
                }

                if (_toldAt is { } told && !isLongAgo(told))
                {
                    _untold++;
                    return -1;
                }

                (_toldAt, var untold, _untold) = (now, _untold, 0);
                return untold;
            }
        }

        public SourceRecord Read()
        {
            lock (_gate)
            {
                return new SourceRecord(_takenAt, _taken, _refused, [.. _last.Select(e => new Refusal(e.At, e.Status, e.Reason(), e.Peer?.ToString()))]);
            }
        }
    }
}

/// <summary>What came to a source since the start.</summary>
/// <param name="LastTakenAt">When something was last taken; null when nothing was.</param>
/// <param name="Taken">How many requests were taken.</param>
/// <param name="Refused">How many were not.</param>
/// <param name="Refusals">The last ten that were refused since something was taken, oldest first.</param>
public sealed record SourceRecord(DateTimeOffset? LastTakenAt, long Taken, long Refused, IReadOnlyList<Refusal> Refusals);

/// <summary>A request that was refused.</summary>
/// <param name="At">When.</param>
/// <param name="Status">What the caller was told.</param>
/// <param name="Reason">Why, which the caller was not told.</param>
/// <param name="Peer">Where it came from.</param>
public sealed record Refusal(DateTimeOffset At, int Status, string Reason, string? Peer);
