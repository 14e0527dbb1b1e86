namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// Drops segments whose content is older than what is to be kept. What is unfinished in them is carried forward first, and so is what actions want
/// to find again; everything else in them is gone, from the disk too.
/// </summary>
internal sealed partial class Retention : IDisposable
{
    private const int CarriedAtOnce = 32;
    private const long CarriedBytesAtOnce = 4L << 20;
    private const int BookmarksAtOnce = 256;

    // A sender's id is known for as long as its copies may come, however short deliveries are kept.
    private static readonly TimeSpan s_idsAtLeast = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Log _log;
    private readonly LogWriter _writer;
    private readonly LiveState _state;
    private readonly DedupeMap _dedupe;
    private readonly Indexer _indexer;
    private readonly RetentionTimes _times;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private long? _expiredSince;
    private long? _idsExpiredSince;
    private readonly Lock _gate = new();
    private Task _sweep = Task.CompletedTask;
    private volatile bool _isStopping;

    public Retention(JournalParts parts, TimeSpan retention, TimeProvider time, ILogger logger)
    {
        (_log, _writer, _state, _dedupe, _indexer) = parts;
        (_times, _time, _logger) = (RetentionTimes.Of(retention), time, logger);
        _timer = time.CreateTimer(static self => _ = ((Retention)self!).SweepAsync(), this, _times.Every, _times.Every);
    }

    public void Dispose()
    {
        _isStopping = true;
        _timer.Dispose();
        lock (_gate)
        {
            // Nothing may be deleted any more when somebody else opens the folder.
            _sweep.Wait(s_patience / 3);
        }
    }

    /// <summary>Drops what is too old. Whatever fails is tried again the next time. Completes with the sweep that is going on, if one is.</summary>
    public Task SweepAsync()
    {
        lock (_gate)
        {
            return _sweep.IsCompleted ? _sweep = RunAsync() : _sweep;
        }
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await RotateAsync();
            while (!_isStopping && Expired() is { } segment && await TryDropAsync(segment))
            {
            }

            ForgetSenders();
        }
        catch (Exception exception)
        {
            if (!_isStopping)
            {
                LogPutOff(exception);
            }
        }
    }

    // A segment is dropped whole, so one that never fills up would keep its first delivery for ever.
    // So would one that was begun while the clock was ahead, until that time comes.
    private async Task RotateAsync()
    {
        var age = _time.GetUtcNow().UtcTicks - (_log.Current?.BeganTicks ?? long.MaxValue);
        if (_log.Current is { } current && (age < 0 || (current.Frames > 1 && age > _times.LongestSegment.Ticks)))
        {
            await _writer.RotateAsync();
        }
    }

    // The oldest one, when all in it is older than what is to be kept, and has been for a while: a clock that was set forward by mistake is set back.
    private Segment? Expired()
    {
        var segments = _log.Segments.ToList();
        if (EndOf(segments) is not { } ended || ended > (_time.GetUtcNow() - _times.Retention).UtcTicks)
        {
            _expiredSince = null;
            return null;
        }

        // Those that wait behind the oldest one wait with it.
        _expiredSince ??= _time.GetTimestamp();
        return _time.GetElapsedTime(_expiredSince.Value) >= _times.Grace ? segments[0] : null;
    }

    // It ended before any of those behind it began. Of these the first counts whose time can be true: a clock was wrong that says a time to come, or
    // one before the segment itself began. What stands behind it is later, so nothing is dropped early.
    private long? EndOf(List<Segment> segments)
    {
        var now = _time.GetUtcNow().UtcTicks;
        var began = segments[0].BeganTicks <= now ? segments[0].BeganTicks : 0;
        return segments.Skip(1).Select(segment => segment.BeganTicks).Where(ticks => ticks != 0 && ticks >= began && ticks <= now).Select(ticks => (long?)ticks).FirstOrDefault();
    }

    private async Task<bool> TryDropAsync(Segment segment)
    {
        while (await _writer.MakeAsync(() => Carry(segment)) > 0)
        {
        }

        while (await _writer.MakeAsync(() => CarryBookmarks(segment.Number)) > 0)
        {
        }

        if (!await IsReachedAsync())
        {
            return false;
        }

        var index = SegmentIndex.Load(_log.Folder, segment);
        var (from, to, newest) = Forget(index, segment.Number);
        if (to > 0)
        {
            await _indexer.ForgetAsync(segment.Number, from, to);
        }

        Delete(segment, index, keepsIds: IsSidecarWanted(index, newest));
        LogDropped(segment.Number, index.Deliveries, segment.Length);
        return true;
    }

    private List<PendingFrame> Carry(Segment segment)
    {
        var carried = new List<PendingFrame>();
        var bytes = 0L;
        foreach (var delivery in UntilOne(carried, () => _state.FindIn(segment.Number, CarriedAtOnce)))
        {
            if (bytes >= CarriedBytesAtOnce)
            {
                break;
            }

            // It was never decided and will not be; nobody can do anything about it but send it again.
            if (delivery.Progress.IsGivenUp)
            {
                _state.Abandon(delivery);
                continue;
            }

            try
            {
                var frames = delivery.Frames.Prepend(delivery.Position).Select(_log.Read).ToList();
                carried.Add(CarriedFrame.Encode(delivery, frames, _time.GetUtcNow()));
                bytes += carried[^1].TotalLength;
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException)
            {
                segment.HoldsUnreadable = true;
                LogUnreadable(delivery.Title, segment.Number, exception);
                _state.Abandon(delivery);

                // Its sender may send it again.
                _dedupe.ForgetSender(delivery.Entry);
            }
        }

        return carried;
    }

    private List<PendingFrame> CarryBookmarks(int segment)
    {
        var carried = new List<PendingFrame>();
        var oldest = (_time.GetUtcNow() - _times.Bookmarks).UtcTicks;
        foreach (var (key, position) in UntilOne(carried, () => _state.FindBookmarksIn(segment, BookmarksAtOnce)))
        {
            if (Read(position) is { } kept && kept.Ticks > oldest)
            {
                carried.Add(KeptFrame.Encode(kept.Bookmark, new DateTimeOffset(kept.Ticks, TimeSpan.Zero)));
            }
            else
            {
                _state.ForgetBookmark(key);
            }
        }

        return carried;
    }

    // Some after some, as long as nothing of them is carried: behind what is given up there may be more.
    private static IEnumerable<T> UntilOne<T>(List<PendingFrame> carried, Func<IReadOnlyList<T>> find)
    {
        while (carried.Count == 0 && find() is { Count: > 0 } some)
        {
            foreach (var one in some)
            {
                yield return one;
            }
        }
    }

    private (Bookmark Bookmark, long Ticks)? Read(LogPosition position)
    {
        try
        {
            var frame = _log.Read(position);
            return KeptFrame.BookmarkOf(frame) is { } bookmark ? (bookmark, frame.Header.Ticks) : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            KeptFrame.LogLost(_logger, position.Segment, exception);
            return null;
        }
    }

    // Lists must show what was carried, and nothing must be read any more from what is to be dropped.
    private async Task<bool> IsReachedAsync()
    {
        // One that cannot be opened shows nothing, and is made anew from what is left.
        if (_indexer.IsBroken)
        {
            return true;
        }

        var reached = _indexer.ReachAsync(_log.Committed);
        await Task.WhenAny(reached, Task.Delay(s_patience));
        return reached.IsCompletedSuccessfully;
    }

    private (long From, long To, long Newest) Forget(SegmentIndex index, int segment)
    {
        var (from, to, newest) = (long.MaxValue, 0L, 0L);
        index.ForEachDelivery(segment, (in DeliveryEntry entry, ref PayloadReader _) =>
        {
            (from, to, newest) = (Math.Min(from, entry.Sequence), Math.Max(to, entry.Sequence), Math.Max(newest, entry.ReceivedTicks));
            _dedupe.Forget(entry);
        });
        return (from, to, newest);
    }

    private void Delete(Segment segment, SegmentIndex index, bool keepsIds)
    {
        var name = SegmentHeader.FileName(segment.Number, SegmentHeader.LogExtension);
        var sidecar = SegmentHeader.FileName(segment.Number, SegmentHeader.IndexExtension);
        if (keepsIds)
        {
            MakeLast(sidecar, segment, index);
        }

        if (segment.HoldsUnreadable)
        {
            // For a person to look at.
            _log.Folder.PutAside(segment.Number);
        }
        else
        {
            _log.Folder.Delete(name);
        }

        if (!keepsIds)
        {
            ForgetSendersOf(sidecar);
        }

        _log.Folder.Sync();
        _log.Drop(segment);
    }

    // From now on it is all that is known of the senders' ids, and cannot be made again.
    private void MakeLast(string sidecar, Segment segment, SegmentIndex index)
    {
        if (_log.Folder.Names().Contains(sidecar))
        {
            using var kept = _log.Folder.Open(sidecar);
            if (SegmentIndex.TryLoad(kept, segment.Header, segment.Length) is { } loaded)
            {
                loaded.Return();
                kept.Sync();
                return;
            }
        }

        using (var file = _log.Folder.Create(sidecar))
        {
            index.Save(file, segment.Header, segment.Length);
            file.Sync();
        }

        _log.Folder.Sync();
    }

    // The sidecars of dropped segments are there for the ids and the marks in them alone.
    private void ForgetSenders()
    {
        foreach (var number in OrphanSidecars(_log))
        {
            var name = SegmentHeader.FileName(number, SegmentHeader.IndexExtension);
            using var file = _log.Folder.Open(name);
            var index = SegmentIndex.TryLoadOrphan(file);
            if (index is not null && IsSidecarWanted(index, NewestOf(index)))
            {
                // Those behind it are younger; one that is done sooner waits with it.
                _idsExpiredSince = null;
                return;
            }

            // As with segments: a clock that was set forward by mistake is set back.
            _idsExpiredSince ??= _time.GetTimestamp();
            if (_time.GetElapsedTime(_idsExpiredSince.Value) < _times.Grace)
            {
                return;
            }

            ForgetSendersOf(name);
        }
    }

    /// <summary>The numbers of the segments that are gone and whose sidecars are not.</summary>
    public static IEnumerable<int> OrphanSidecars(Log log) =>
        log.Folder.Names().Select(SegmentHeader.NumberOfSidecar).OfType<int>().Where(number => log.Find(number) is null).Order();

    private bool IsSidecarWanted(SegmentIndex index, long newestTicks) =>
        newestTicks > (_time.GetUtcNow() - s_idsAtLeast).UtcTicks || index.MarksUntilTicks > _time.GetUtcNow().UtcTicks;

    private static long NewestOf(SegmentIndex index)
    {
        var newest = 0L;
        index.ForEachDelivery(0, (in DeliveryEntry entry, ref PayloadReader _) => newest = Math.Max(newest, entry.ReceivedTicks));
        return newest;
    }

    private void ForgetSendersOf(string sidecar)
    {
        if (!_log.Folder.Names().Contains(sidecar))
        {
            return;
        }

        using (var file = _log.Folder.Open(sidecar))
        {
            var index = SegmentIndex.TryLoadOrphan(file);
            index?.ForEachDelivery(SegmentHeader.NumberOfSidecar(sidecar) ?? 0, (in DeliveryEntry entry, ref PayloadReader _) => _dedupe.ForgetSender(entry));
        }

        _log.Folder.Delete(sidecar);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Segment {Segment} is older than what is kept and is dropped: {Deliveries} deliveries, {Bytes} bytes")]
    private partial void LogDropped(int segment, int deliveries, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "The unfinished delivery {DeliveryId} cannot be read any more and is given up; its segment {Segment} is kept as a .damaged file")]
    private partial void LogUnreadable(string deliveryId, int segment, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is too old could not be dropped; it is tried again")]
    private partial void LogPutOff(Exception exception);
}

/// <summary>What belongs to an open journal.</summary>
internal sealed record JournalParts(Log Log, LogWriter Writer, LiveState State, DedupeMap Dedupe, Indexer Indexer);

/// <summary>The times that follow from how long deliveries are kept.</summary>
/// <param name="Retention">How long they are kept.</param>
/// <param name="LongestSegment">How long one segment is written to.</param>
/// <param name="Every">How often it is looked for what is too old.</param>
/// <param name="Grace">How much longer it is kept than it would have to be.</param>
/// <param name="Bookmarks">How long what actions want to find again is kept.</param>
internal sealed record RetentionTimes(TimeSpan Retention, TimeSpan LongestSegment, TimeSpan Every, TimeSpan Grace, TimeSpan Bookmarks)
{
    // A message that is a year old is posted anew rather than looked for.
    private static readonly TimeSpan s_year = TimeSpan.FromDays(365);

    public static RetentionTimes Of(TimeSpan retention) => new(
        retention,
        Between(retention / 10, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        Between(retention / 10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
        Between(retention / 10, TimeSpan.Zero, TimeSpan.FromHours(1)),
        retention > s_year ? retention : s_year);

    private static TimeSpan Between(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;
}
