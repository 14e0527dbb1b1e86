using Microsoft.Extensions.Logging.Abstractions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>The embedded journal: an append-only log that is the truth, the live state in memory, and an index in LiteDB for lists.</summary>
public sealed partial class LiteDbJournal : IJournal, IAsyncDisposable, IDisposable
{
    private readonly JournalOptions _options;
    private readonly FileStream? _lock;
    private readonly Log _log;
    private readonly RunningWork _running;
    private readonly LogWriter _writer;
    private readonly LiveState _state;
    private readonly Indexer _indexer;
    private readonly DeliveryIntake _intake;
    private readonly WorkClaims _work;
    private readonly DeliveryReader _reader;
    private readonly Retention _retention;
    private readonly ILogger _logger;
    private int _isDisposed;

    private LiteDbJournal(JournalOptions options, Log log, FileStream? held, TimeProvider time, ILogger logger)
    {
        (_options, _log, _lock, _logger) = (options, log, held, logger);
        var started = time.GetTimestamp();
        var dedupe = new DedupeMap();
        _running = new RunningWork(JournalPaths.Running(options));
        _state = new LiveState(dedupe, new WorkQueue(options.Lease, _running, time), time);
        var recovered = new LogRecovery(_log, _state, logger).Recover();
        var segments = new SegmentWriter(_log, recovered.LastIndex, options.SegmentBytes, logger);

        // An older version must not take what is written now for its own.
        if (_log.Current is not { Header.Version: SegmentHeader.FormatVersion })
        {
            segments.Begin(_state);
        }

        _writer = new LogWriter(segments, _state, recovered.LastSequence, time, logger);
        _indexer = new Indexer(_log, JournalPaths.Index(options), logger);
        _intake = new DeliveryIntake(_log, _writer, _state, dedupe, time);
        _work = new WorkClaims(_writer, _state, new LeaseReader(_log, _writer, time, logger), time);
        _reader = new DeliveryReader(_log, _writer, _state, dedupe, _indexer, logger);
        _retention = new Retention(new JournalParts(_log, _writer, _state, dedupe, _indexer), options.Retention, time, logger);
        _writer.Committed = _indexer.Signal;
        _writer.Start();
        CountInterrupted(time);
        _indexer.Start();
        var took = time.GetElapsedTime(started).TotalMilliseconds;
        LogOpened(_log.Frames, _state.Work.Unfinished, took);
    }

    /// <inheritdoc />
    public JournalHealth Health
    {
        get
        {
            lock (_state.Gate)
            {
                return new JournalHealth
                {
                    Problem = _writer.Problem is { } problem ? new JournalProblem("disk", problem) : Backlog(),
                    IndexNote = _indexer.Note,
                    Unfinished = _state.Work.Unfinished,
                    Retrying = _state.Work.Retrying,
                    DeadLetters = _state.Work.DeadLetters,
                    IndexLag = _indexer.Lag,
                    LogBytes = _log.Bytes,
                };
            }
        }
    }

    /// <summary>Opens the journal; it takes deliveries when this returns.</summary>
    /// <exception cref="IOException">Another process uses it, or it cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">It was written by a newer version.</exception>
    public static LiteDbJournal Open(JournalOptions options, TimeProvider time, ILogger<LiteDbJournal>? logger = null)
    {
        var folder = new DiskLogFolder(JournalPaths.LogFolder(options));
        var held = JournalPaths.Lock(options);
        try
        {
            return Open(options, folder, held, time, logger);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Completes when lists show everything that the log holds now.</summary>
    internal Task IndexedAsync() => _indexer.ReachAsync(_log.Committed);

    /// <summary>Records in the log.</summary>
    internal long Records => _log.Frames;

    /// <summary>Throws away what can be made again from the log, of a journal that is not open.</summary>
    internal static void ForgetIndex(JournalOptions options)
    {
        IndexFile.Delete(JournalPaths.Index(options));
        var folder = new DiskLogFolder(JournalPaths.LogFolder(options));
        var names = folder.Names();
        foreach (var number in names.Select(SegmentHeader.NumberOf).OfType<int>())
        {
            folder.Delete(SegmentHeader.FileName(number, SegmentHeader.IndexExtension));
        }
    }

    /// <summary>Opens the journal over other files than those of a disk.</summary>
    internal static LiteDbJournal Open(
        JournalOptions options, LogFolder folder, FileStream? held, TimeProvider time, ILogger<LiteDbJournal>? logger)
    {
        var log = new Log(folder);
        try
        {
            return new LiteDbJournal(options, log, held, time, logger ?? NullLogger<LiteDbJournal>.Instance);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask<AppendReceipt> AppendAsync(DeliveryDraft draft, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Backlog() is { } problem
            ? throw new JournalUnavailableException(problem.Text, TimeSpan.FromSeconds(10))
            : _intake.AppendAsync(draft);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DeliveryLease>> ClaimDeliveriesAsync(int max, CancellationToken cancellation) =>
        _work.ClaimDeliveriesAsync(max);

    /// <inheritdoc />
    public Task<bool> BeginDecidingAsync(DeliveryLease lease, CancellationToken cancellation) => Task.FromResult(_work.Begin(lease));

    /// <inheritdoc />
    public Task<Plan?> SavePlanAsync(DeliveryLease lease, Plan plan, CancellationToken cancellation) => _work.SavePlanAsync(lease, plan);

    /// <inheritdoc />
    public Task<bool> PostponeAsync(DeliveryLease lease, DateTimeOffset nextAt, string reason, CancellationToken cancellation) =>
        _work.PostponeAsync(lease, nextAt, reason);

    /// <inheritdoc />
    public Task<bool> GiveUpAsync(DeliveryLease lease, string reason, CancellationToken cancellation) => _work.GiveUpAsync(lease, reason);

    /// <inheritdoc />
    public Task<IReadOnlyList<ActionLease>> ClaimActionsAsync(DeliveryLease lease, CancellationToken cancellation) =>
        _work.ClaimActionsAsync(lease);

    /// <inheritdoc />
    public Task<IReadOnlyList<ActionLease>> ClaimDueActionsAsync(int max, Func<ActionId, DateTimeOffset?> later, CancellationToken cancellation) =>
        _work.ClaimDueActionsAsync(max, later);

    /// <inheritdoc />
    public Task<IReadOnlyList<HeldAction>> FindWaitingAsync(CancellationToken cancellation) => Task.FromResult(_work.FindWaiting());

    /// <inheritdoc />
    public Task<IReadOnlyList<HeldAction>> FindHeldAsync(string key, CancellationToken cancellation) => Task.FromResult(_work.FindHeld(key));

    /// <inheritdoc />
    public Task<ActionLease?> ClaimHeldAsync(HeldAction held, CancellationToken cancellation) => _work.ClaimHeldAsync(held);

    /// <inheritdoc />
    public Task<IReadOnlyList<int>> CountMarksAsync(IReadOnlyList<MarkQuery> marks, CancellationToken cancellation) =>
        Task.FromResult(_work.CountMarks(marks));

    /// <inheritdoc />
    public Task<bool> BeginAttemptAsync(ActionLease lease, CancellationToken cancellation) => Task.FromResult(_work.Begin(lease));

    /// <inheritdoc />
    public Task<bool> RecordAttemptAsync(ActionLease lease, Attempt attempt, Bookmark? bookmark, CancellationToken cancellation) =>
        _work.RecordAttemptAsync(lease, attempt, bookmark);

    /// <inheritdoc />
    public Task<Delivery?> ReadDeliveryAsync(ActionLease lease, CancellationToken cancellation) => _work.ReadDeliveryAsync(lease);

    /// <inheritdoc />
    public Task<bool> PutOffAsync(ActionLease lease, Attempt attempt, CancellationToken cancellation) => _work.PutOffAsync(lease, attempt);

    /// <inheritdoc />
    public Task RenewAsync(
        IReadOnlyCollection<DeliveryLease> deliveries, IReadOnlyCollection<ActionLease> actions, CancellationToken cancellation)
    {
        _work.Renew(deliveries, actions);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task ReleaseAsync(DeliveryLease lease, CancellationToken cancellation)
    {
        _work.Release(lease);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task KeepAsync(Bookmark bookmark, CancellationToken cancellation) => _work.KeepAsync(bookmark);

    /// <inheritdoc />
    public Task<Bookmark?> RecallAsync(string key, CancellationToken cancellation) => Task.FromResult(_reader.Recall(key));

    /// <inheritdoc />
    public bool IsHeld(string source, string senderId) => _intake.IsHeld(source, senderId);

    /// <inheritdoc />
    public Task<DeliveryRecord?> FindAsync(string id, CancellationToken cancellation) => _reader.FindAsync(id, cancellation);

    /// <inheritdoc />
    public Task<DeliveryPage> ListAsync(DeliveryQuery query, CancellationToken cancellation) =>
        _reader.ListAsync(query, cancellation);

    /// <inheritdoc />
    public IAsyncEnumerable<DeliveryRecord> ReadLastAsync(DeliveryQuery query, int last, CancellationToken cancellation) =>
        _reader.ReadLastAsync(query, last, cancellation);

    /// <inheritdoc />
    public IAsyncEnumerable<DeliveryRecord> ReadDeadAsync(long newest, CancellationToken cancellation) => _reader.ReadDeadAsync(newest, cancellation);

    /// <inheritdoc />
    public Task<bool> DecideDeadAsync(long sequence, int action, Attempt decision, CancellationToken cancellation) =>
        _work.DecideDeadAsync(sequence, action, decision);

    /// <inheritdoc />
    public Task WaitForWorkAsync(CancellationToken cancellation) => _work.WaitForWorkAsync(cancellation);

    /// <summary>Drops what is too old now, instead of waiting until it is looked for.</summary>
    internal Task DropOldAsync() => _retention.SweepAsync();

    /// <summary>Writes what is queued, closes the index and lets go of the files.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _retention.Dispose();
        _writer.Dispose();
        _indexer.Dispose();
        _log.Dispose();
        _running.Dispose();
        _lock?.Dispose();
    }

    /// <inheritdoc cref="Dispose" />
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    // What was being worked on when the process before ended may have ended it; written down before anybody works on it again.
    private void CountInterrupted(TimeProvider time)
    {
        try
        {
            var now = time.GetUtcNow();
            Task.WhenAll(_running.Interrupted.Where(_state.IsUnfinished).Select(work => _writer.Submit(ReasonFrame.Interrupted(work, now)))).GetAwaiter().GetResult();
            _running.Clear();
        }
        catch (JournalUnavailableException exception)
        {
            LogNotCounted(exception);
        }
    }

    private JournalProblem? Backlog() =>
        _indexer.IsBehind(_options.MaxIndexLag) ? new JournalProblem("lag", $"the index is {_indexer.Lag} records behind")
        : _state.Work.Unfinished >= _options.MaxUnfinished ? new JournalProblem("backlog", $"{_state.Work.Unfinished} deliveries are unfinished")
        : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the last run was working on when it ended cannot be written down")]
    private partial void LogNotCounted(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The journal is open: {Records} records, {Unfinished} deliveries unfinished, {Milliseconds:F0} ms")]
    private partial void LogOpened(long records, long unfinished, double milliseconds);
}
