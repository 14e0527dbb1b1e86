namespace WebhookBot.Journal.LiteDb;

/// <summary>Keeps the live state in step with the log.</summary>
internal interface ILogFollower
{
    /// <summary>Shows a frame that has become durable.</summary>
    void Apply(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position);

    /// <summary>All that is not finished, as the first frame of a new segment.</summary>
    PendingFrame Checkpoint();
}

/// <summary>
/// The one thread that writes the log: takes what is queued, writes it in one go, syncs once, shows it and completes the waiters.
/// While one group is synced the next one gathers, so groups find their size by themselves.
/// </summary>
internal sealed partial class LogWriter : IDisposable
{
    private const int GroupFrames = 256;
    private const int GroupBytes = 4 << 20;
    private const long MostQueuedBytes = 256L << 20;
    private const string Closed = "the journal is closed";

    // A sync costs the processor as much as some deliveries do: when many come at a time more gather before the next one, for as long as threads have
    // work that may bring some, and this long at the most. The last few are left: they are what the processor does while the disk syncs.
    private const int BusyFrames = 4;
    private const int FewItems = 8;

    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    // A monitor and not a semaphore: that one spins before it sleeps, and the writer sleeps before nearly every single delivery.
    private readonly object _gate = new();
    private readonly SegmentWriter _segments;
    private readonly ILogFollower _follower;
    private readonly DiskSpace _space;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Queue<PendingWork> _work = new();
    private List<PendingFrame> _queue = [];
    private Task _newest = Task.CompletedTask;
    private long _queuedBytes;
    private bool _isStopping;
    private bool _isIdle;
    private bool _isGathering;
    private int _lastTaken;
    private long _failedAt;
    private long _lastSequence;
    private volatile string? _problem;

    public LogWriter(SegmentWriter segments, ILogFollower follower, long lastSequence, TimeProvider time, ILogger logger)
    {
        (_segments, _follower, _lastSequence, _time, _logger) = (segments, follower, lastSequence, time, logger);
        _space = new DiskSpace(segments.Folder, time);
        _thread = new Thread(Run) { Name = "journal writer", IsBackground = true };
    }

    /// <summary>Called after each group has been shown.</summary>
    public Action? Committed { get; set; }

    /// <summary>Why nothing can be written; null when it can.</summary>
    public string? Problem => _problem ?? _space.Problem;

    /// <summary>Completes when what is queued now has been dealt with, well or not.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return Task.WhenAny(_newest);
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Queues a frame; its task completes when it is durable.</summary>
    /// <exception cref="JournalUnavailableException">Nothing can be written now.</exception>
    public Task Submit(PendingFrame frame) =>
        TrySubmit(frame) is { } refusal ? throw new JournalUnavailableException(refusal, s_retryAfter) : frame.Task;

    /// <summary>Queues a frame, or says why nothing can be written now.</summary>
    public string? TrySubmit(PendingFrame frame)
    {
        lock (_gate)
        {
            if (Refusal(frame) is { } refusal)
            {
                frame.ReturnBuffer();
                return refusal;
            }

            _queue.Add(frame);
            _newest = frame.Task;
            _queuedBytes += frame.TotalLength;
            Wake();
            return null;
        }
    }

    /// <summary>
    /// Has frames made on the writing thread, when the live state shows everything that is written, and writes them as one group. How many.
    /// </summary>
    /// <exception cref="JournalUnavailableException">They could not be written.</exception>
    public Task<int> MakeAsync(Func<IReadOnlyList<PendingFrame>> make)
    {
        var work = new PendingWork(make);
        lock (_gate)
        {
            if (_isStopping)
            {
                throw new JournalUnavailableException(Closed, s_retryAfter);
            }

            _work.Enqueue(work);
            Wake();
        }

        return work.Task;
    }

    /// <summary>Begins a new segment.</summary>
    public Task RotateAsync() => MakeAsync(() =>
    {
        try
        {
            Prepare();
            _segments.Begin(_follower);
        }
        catch (Exception exception)
        {
            // Its file may be there already: what came after it in the old one would be passed over at a start.
            Fail([], exception);
            throw;
        }

        return [];
    });

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Wake();
        }

        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _segments.Close();
    }

    // With hardly anything left to do for any thread, not much more is about to come.
    private static bool IsMoreToCome => ThreadPool.PendingWorkItemCount >= FewItems;

    private void Wake()
    {
        if (_isIdle || (_isGathering && !IsMoreToCome))
        {
            (_isIdle, _isGathering) = (false, false);
            Monitor.Pulse(_gate);
        }
    }

    // A frame that comes a while after the last failure is let through to see whether the cause is gone.
    private string? Refusal(PendingFrame frame)
    {
        if (_isStopping)
        {
            return Closed;
        }

        if (_queuedBytes > MostQueuedBytes)
        {
            return "more is waiting to be written than the disk takes";
        }

        var isTooSoon = _time.GetElapsedTime(Volatile.Read(ref _failedAt)) < s_retryAfter;
        return isTooSoon && _problem is { } problem ? problem
            : frame.Kind == FrameKind.Delivery && !_space.IsDue ? _space.Problem
            : null;
    }

    private void Run()
    {
        var taken = new List<PendingFrame>();
        while (Take(ref taken))
        {
            if (taken.Count == 0)
            {
                Probe();
            }

            for (var start = 0; start < taken.Count;)
            {
                start += Write(Group(taken, start));
            }

            taken.Clear();
            DoWork();
        }
    }

    private void DoWork()
    {
        PendingWork? work;
        lock (_gate)
        {
            if (!_work.TryDequeue(out work))
            {
                return;
            }
        }

        try
        {
            var frames = work.Make().ToArray();
            Write(frames);
            if (frames.Select(frame => frame.Task.Exception?.InnerException).FirstOrDefault(e => e is not null) is { } failure)
            {
                work.TrySetException(failure);
            }

            work.TrySetResult(frames.Length);
        }
        catch (Exception exception)
        {
            work.TrySetException(exception);
        }
    }

    /// <summary>Waits for frames; with a problem only for a second, then it comes back with none. False at the end.</summary>
    private bool Take(ref List<PendingFrame> taken)
    {
        lock (_gate)
        {
            if (_lastTaken >= BusyFrames && !_isStopping && IsMoreToCome)
            {
                _isGathering = true;
                Monitor.Wait(_gate, s_gather);
                _isGathering = false;
            }

            while (_queue.Count == 0 && _work.Count == 0)
            {
                if (_isStopping)
                {
                    return false;
                }

                _isIdle = true;
                if (!Monitor.Wait(_gate, Problem is null ? Timeout.InfiniteTimeSpan : s_retryAfter))
                {
                    _isIdle = false;
                    return true;
                }
            }

            (_queue, taken) = (taken, _queue);
            _queuedBytes = 0;
            _lastTaken = taken.Count;
            return true;
        }
    }

    private static Span<PendingFrame> Group(List<PendingFrame> taken, int start)
    {
        var end = start;
        for (var bytes = 0L; end < taken.Count && end - start < GroupFrames && bytes < GroupBytes; end++)
        {
            bytes += taken[end].TotalLength;
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(taken)[start..end];
    }

    private int Write(Span<PendingFrame> group)
    {
        try
        {
            Prepare();
            if (_space.Problem is { } problem)
            {
                Refuse(group, problem);
            }

            Number(group);
            _segments.Write(group);
        }
        catch (Exception exception)
        {
            Fail(group, exception);
            return group.Length;
        }

        Show(group);
        return group.Length;
    }

    private void Prepare()
    {
        _space.Look();
        if (_problem is not null)
        {
            _segments.Begin(_follower);
            _problem = null;
            LogRecovered();
        }

        if (_segments.IsFull)
        {
            _segments.Begin(_follower);
        }
    }

    private void Probe()
    {
        try
        {
            Prepare();
        }
        catch (Exception exception)
        {
            Fail([], exception);
        }
    }

    private void Number(Span<PendingFrame> group)
    {
        foreach (var frame in group)
        {
            if (frame.Kind == FrameKind.Delivery)
            {
                frame.Sequence = ++_lastSequence;
            }
        }
    }

    private static void Refuse(Span<PendingFrame> group, string problem)
    {
        foreach (var frame in group)
        {
            if (frame.Kind == FrameKind.Delivery)
            {
                frame.TrySetException(new JournalUnavailableException(problem, s_retryAfter));
            }
        }
    }

    private void Show(Span<PendingFrame> group)
    {
        foreach (var frame in group)
        {
            if (!frame.Task.IsCompleted)
            {
                _follower.Apply(frame.Header, frame.Payload, frame.Position);
            }
        }

        _segments.Publish();
        Committed?.Invoke();
        foreach (var frame in group)
        {
            frame.TrySetResult();
            frame.ReturnBuffer();
        }
    }

    // Whatever went wrong, nobody was told that it is written, and what is half written is cut off before anything else is.
    private void Fail(Span<PendingFrame> group, Exception exception)
    {
        if (_problem is null)
        {
            LogFailed(exception);
        }

        Volatile.Write(ref _failedAt, _time.GetTimestamp());
        _problem = $"the journal cannot be written: {exception.Message}";
        foreach (var frame in group)
        {
            frame.TrySetException(new JournalUnavailableException(_problem, s_retryAfter, exception));
            _ = frame.Task.Exception;
            frame.ReturnBuffer();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The journal cannot be written; deliveries are refused until it can")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The journal can be written again")]
    private partial void LogRecovered();
}
