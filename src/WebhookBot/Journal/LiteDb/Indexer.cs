using System.Runtime.InteropServices;

namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// The one thread that uses the index: brings it forward behind the log and answers what is asked of it. Whatever fails, it throws
/// the index away and makes it again.
/// </summary>
internal sealed partial class Indexer : IDisposable
{
    private const int ProgressEvery = 100_000;

    // Steps of a delivery that follow each other within this time become one write of its document.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(50);
    // More than this in that time, and taking deliveries in needs the processor more than listing them does, unless somebody asks.
    private const int BusyFrames = 100;
    private const int MostPutOff = 500_000;
    private const int FarBehind = 10_000;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    private readonly Log _log;
    private readonly IndexFile _file;
    private readonly IndexReader _reader;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<Action<IndexDatabase?>> _questions = new();
    private readonly List<(LogPosition Position, TaskCompletionSource Reached)> _waiters = [];
    private IndexDatabase? _database;
    private IndexPosition _position = IndexPosition.Start;
    private long _frames;
    private long _toRebuild;
    private long _rebuildUntil;
    private long _nextProgress;
    private Action? _tellFailure;
    private volatile bool _isBroken;
    private volatile bool _isOpen;
    private bool _isStopping;
    private bool _isIdle;

    public Indexer(Log log, string path, ILogger logger)
    {
        (_log, _logger, _toRebuild, _frames) = (log, logger, log.Frames, log.Frames);
        _file = new IndexFile(path, log, logger);
        _reader = new IndexReader(log, logger);
        _thread = new Thread(Run) { Name = "journal index", IsBackground = true };
    }

    /// <summary>Frames that the index does not show yet.</summary>
    public long Lag => Math.Max(0, _log.Frames - Volatile.Read(ref _frames));

    /// <summary>Whether it does not keep up; while it is opened or made again its lag tells nothing of that.</summary>
    public bool IsBehind(long most) => _isOpen && !IsRebuilding && Lag > most;

    /// <summary>Whether it cannot be opened.</summary>
    public bool IsBroken => _isBroken;

    public bool IsRebuilding => Volatile.Read(ref _rebuildUntil) > 0;

    public string? Note => Volatile.Read(ref _rebuildUntil) is > 0 and var until
        ? $"the index is being made again: {Volatile.Read(ref _frames)} of {until} records are read"
        : _isBroken ? "the index cannot be opened; the log has the reason"
        : Lag > FarBehind ? $"the index is {Lag} records behind" : null;

    public void Start() => _thread.Start();

    /// <summary>There is more in the log.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_isIdle)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Completes when everything before that position is in the index.</summary>
    public Task ReachAsync(LogPosition position)
    {
        lock (_gate)
        {
            if (_position.Next >= position)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((position, reached));
            Monitor.Pulse(_gate);
            return reached.Task;
        }
    }

    /// <summary>Asks the index something; null is what it knows while it cannot be opened.</summary>
    public Task<T> AskAsync<T>(Func<IndexDatabase?, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            _questions.Enqueue(database => Answer(question, database, answer));
            Monitor.Pulse(_gate);
        }

        return answer.Task;
    }

    /// <summary>Deletes what the index holds of that segment, whose deliveries have sequences in that range. A slice at a time.</summary>
    public async Task ForgetAsync(int segment, long from, long to)
    {
        while (await AskAsync(database => Forget(database, segment, from, to)) > 0)
        {
        }
    }

    private int Forget(IndexDatabase? database, int segment, long from, long to)
    {
        var gone = database?.Forget(segment, from, to, _position) ?? 0;
        _position = _position with { Deliveries = _position.Deliveries - gone };
        return gone;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    // Whoever asked is told of a failure after the index was thrown away, and may ask the new one.
    private void Answer<T>(Func<IndexDatabase?, T> question, IndexDatabase? database, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.SetResult(question(database));
        }
        catch (Exception exception)
        {
            _tellFailure = () => answer.SetException(exception);
            throw;
        }
    }

    private void Run()
    {
        StepBack();
        var isTroubled = false;
        while (Wait(isTroubled))
        {
            try
            {
                Work();
                isTroubled = false;
            }
            catch (Exception exception)
            {
                isTroubled = true;
                StartOver(exception);
            }
        }

        Finish();
    }

    // On a machine whose processors are all busy, taking deliveries in goes before listing them.
    private static void StepBack()
    {
        const int ThisThread = 0;
        const int Politeness = 10;
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(ThisThread, 0, Politeness);
        }
    }

    private bool Wait(bool isTroubled)
    {
        lock (_gate)
        {
            if (isTroubled && !_isStopping)
            {
                Monitor.Wait(_gate, s_retryAfter);
            }

            while (_database is not null && !IsAsked && _log.Committed <= _position.Next)
            {
                _isIdle = true;
                Monitor.Wait(_gate);
                _isIdle = false;
            }

            Gather();
            return !_isStopping;
        }
    }

    private bool IsAsked => _isStopping || _questions.Count > 0 || _waiters.Count > 0;

    private void Gather()
    {
        var before = -1L;
        while (_database is not null && !IsAsked && !IsRebuilding && (before < 0 || _log.Frames - before > BusyFrames) && Lag < MostPutOff)
        {
            before = _log.Frames;
            Monitor.Wait(_gate, s_gather);
        }
    }

    private void Work()
    {
        if (_database is null)
        {
            Open();
        }

        AnswerAll(_database);
        if (_reader.Read(_database!, _position) is { } batch)
        {
            _database!.Save(batch.Documents, batch.Position);
            MoveTo(batch.Position);
        }
    }

    private void Open()
    {
        (_database, var position) = _file.Open();
        _isBroken = false;
        if (position == IndexPosition.Start && _toRebuild > 1)
        {
            LogRebuilding(_toRebuild);
            Volatile.Write(ref _rebuildUntil, _toRebuild);
            _nextProgress = ProgressEvery;
        }

        MoveTo(position);
        _isOpen = true;
    }

    private void MoveTo(IndexPosition position)
    {
        lock (_gate)
        {
            _position = position;
            Volatile.Write(ref _frames, _log.FramesBefore(position.Next.Segment) + position.Frames);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Position <= position.Next)
                {
                    _waiters[i].Reached.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }

        ReportProgress(position);
    }

    private void ReportProgress(IndexPosition position)
    {
        if (!IsRebuilding)
        {
            return;
        }

        var frames = Volatile.Read(ref _frames);
        if (frames >= _rebuildUntil || position.Next >= _log.Committed)
        {
            Volatile.Write(ref _rebuildUntil, 0);
            LogRebuilt(frames, position.Deliveries);
        }
        else if (frames >= _nextProgress)
        {
            _nextProgress += ProgressEvery;
            LogProgress(frames, _rebuildUntil);
        }
    }

    private void AnswerAll(IndexDatabase? database)
    {
        while (true)
        {
            Action<IndexDatabase?>? question;
            lock (_gate)
            {
                if (!_questions.TryDequeue(out question))
                {
                    return;
                }
            }

            question(database);
        }
    }

    private void StartOver(Exception exception)
    {
        LogFailed(exception);
        _isOpen = false;
        _isBroken = _database is null;
        _file.Discard(_database);
        _database = null;
        _toRebuild = _log.Frames;
        MoveTo(IndexPosition.Start);
        if (_isBroken)
        {
            AnswerAll(null);
        }

        _tellFailure?.Invoke();
        _tellFailure = null;
    }

    private void Finish()
    {
        try
        {
            AnswerAll(_database);
            if (_database is not null)
            {
                _file.Close(_database);
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception);
            _tellFailure?.Invoke();
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index is made again from {Records} records; lists are incomplete meanwhile")]
    private partial void LogRebuilding(long records);

    [LoggerMessage(Level = LogLevel.Information, Message = "The index is made again: {Records} of {All} records")]
    private partial void LogProgress(long records, long all);

    [LoggerMessage(Level = LogLevel.Information, Message = "The index is complete again: {Records} records, {Deliveries} deliveries")]
    private partial void LogRebuilt(long records, long deliveries);

    [LoggerMessage(Level = LogLevel.Error, Message = "The index failed and is made again")]
    private partial void LogFailed(Exception exception);
}
