namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// What the journal knows without looking: every delivery that is not finished, what can be claimed and when, and where each
/// bookmark was last written. Made of the log's frames alone, the same way while running and at a start.
/// </summary>
internal sealed class LiveState(DedupeMap dedupe, WorkQueue work, TimeProvider time) : ILogFollower
{
    private readonly Dictionary<long, DeliveryState> _deliveries = [];
    private readonly Dictionary<UInt128, LogPosition> _bookmarks = [];
    private readonly HeldActions _held = new();
    private readonly MarkCounts _marks = new();
    private Dictionary<long, DeliveryState>? _awaitingNames;
    private long _lastSequence;

    // While the log is read at a start nothing is settled: deliveries come out of their order then.
    private bool _isRecovering = true;

    /// <summary>Guards everything in here and in the work queue.</summary>
    public Lock Gate { get; } = new();

    public WorkQueue Work => work;

    /// <summary>Under the gate.</summary>
    public DeliveryState? Find(long sequence) => _deliveries.GetValueOrDefault(sequence);

    public LogPosition? FindBookmark(string key)
    {
        lock (Gate)
        {
            return _bookmarks.TryGetValue(ContentKey.Of(key), out var position) ? position : null;
        }
    }

    /// <summary>Whether that work is still to be done.</summary>
    public bool IsUnfinished(InterruptedWork work)
    {
        lock (Gate)
        {
            return _deliveries.TryGetValue(work.Sequence, out var delivery)
                && (work.Action is not { } action ? !delivery.Progress.IsPlanned && !delivery.Progress.IsGivenUp
                    : action < delivery.Progress.Actions.Length
                        && delivery.Progress.Actions[action].Status is ActionStatus.Pending or ActionStatus.Retrying or ActionStatus.Waiting);
        }
    }

    /// <summary>Some of the deliveries that stand in that segment or an earlier one.</summary>
    public IReadOnlyList<DeliveryState> FindIn(int segment, int max)
    {
        lock (Gate)
        {
            return [.. _deliveries.Values.Where(delivery => delivery.Position.Segment <= segment).Take(max)];
        }
    }

    /// <summary>Some of the bookmarks that stand in that segment or an earlier one.</summary>
    public IReadOnlyList<KeyValuePair<UInt128, LogPosition>> FindBookmarksIn(int segment, int max)
    {
        lock (Gate)
        {
            return [.. _bookmarks.Where(bookmark => bookmark.Value.Segment <= segment).Take(max)];
        }
    }

    public void ForgetBookmark(UInt128 key)
    {
        lock (Gate)
        {
            _bookmarks.Remove(key);
        }
    }

    /// <summary>Forgets what cannot be read there any more, unless it was kept anew meanwhile.</summary>
    public void ForgetBookmark(string key, LogPosition position)
    {
        lock (Gate)
        {
            if (FindBookmark(key) == position)
            {
                _bookmarks.Remove(ContentKey.Of(key));
            }
        }
    }

    /// <summary>Gives up what cannot be read any more; it leaves the queue for good.</summary>
    public void Abandon(DeliveryState delivery)
    {
        lock (Gate)
        {
            delivery.Progress.IsGivenUp = true;
            Settle(delivery);
            _deliveries.Remove(delivery.Sequence);
        }
    }

    /// <summary>The actions that wait under that key, oldest first. Under the gate.</summary>
    public IReadOnlyList<ActionPlace> FindHeld(string key) => _held.Find(ContentKey.Of(key));

    /// <summary>The actions that wait and were never tried, of deliveries that have a subject. Under the gate.</summary>
    public IEnumerable<ActionPlace> FindWaiting() =>
        from delivery in _deliveries.Values
        where delivery.HasSubject && !delivery.Progress.IsGivenUp
        from place in Enumerable.Range(0, delivery.Progress.Actions.Length).Select(action => new ActionPlace(delivery, action))
        where place.Progress is { Status: ActionStatus.Waiting, Attempts: 0 }
        select place;

    /// <summary>How many marks of that key are younger. Under the gate.</summary>
    public int CountMarks(string key, DateTimeOffset since) => _marks.Count(ContentKey.Of(key), since.UtcTicks);

    /// <summary>The deliveries with a dead letter and what the bot's log calls them, newest first; only those of that sequence or less.</summary>
    public IReadOnlyList<(long Sequence, string Title)> FindDead(long newest)
    {
        lock (Gate)
        {
            return [.. _deliveries.Values
                .Where(delivery => delivery.Sequence <= newest && delivery.Progress.HasDeadLetter)
                .OrderByDescending(delivery => delivery.Sequence)
                .Select(delivery => (delivery.Sequence, delivery.Title))];
        }
    }

    public void Apply(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        if (header.Kind == FrameKind.Delivery)
        {
            var reader = new PayloadReader(payload);
            Add(DeliveryFrame.ReadEntry(header, ref reader, position), reader);
            return;
        }

        if (header.Kind == FrameKind.Carried)
        {
            Carry(payload, position);
            return;
        }

        lock (Gate)
        {
            if (header.Kind == FrameKind.Kept)
            {
                _bookmarks[KeptFrame.ReadKey(payload)] = position;
                return;
            }

            if (header.Kind == FrameKind.Attempt && AttemptFrame.ReadOutline(payload).Bookmark is { } key)
            {
                _bookmarks[key] = position;
            }

            if (_deliveries.TryGetValue(header.Sequence, out var delivery))
            {
                Apply(delivery, header, payload, position);
            }
        }
    }

    /// <summary>Puts what has changed for a delivery into effect, and forgets it when nothing more can come of it. Under the gate.</summary>
    public void Settle(DeliveryState delivery)
    {
        if (_isRecovering)
        {
            return;
        }

        work.Settle(delivery);
        _held.Settle(delivery);
        if (delivery.Progress.Status is DeliveryStatus.Done or DeliveryStatus.Ignored
            && !delivery.IsHeld
            && !delivery.HasClaimedAction())
        {
            _deliveries.Remove(delivery.Sequence);
        }
    }

    public PendingFrame Checkpoint()
    {
        lock (Gate)
        {
            var now = time.GetUtcNow();
            return CheckpointFrame.Encode(_lastSequence, now, _bookmarks, _marks.Inherited(now.UtcTicks), _deliveries.Values);
        }
    }

    public void LoadCheckpoint(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        _lastSequence = header.Sequence;
        _awaitingNames = CheckpointFrame.Read(payload, _bookmarks, _marks).ToDictionary(one => one.Position.Value);
        if (Ahead(header) is > 0 and var ahead)
        {
            foreach (var delivery in _awaitingNames.Values)
            {
                delivery.Progress.Hasten(ahead, action: null);
            }
        }
    }

    /// <summary>Takes over what a segment's index knows: what it holds, and the names of what the checkpoint left unfinished.</summary>
    public void LoadEntries(SegmentIndex index, int segment)
    {
        Add(index.MarksAfter(time.GetUtcNow().UtcTicks), 0);
        index.ForEachDelivery(segment, (in DeliveryEntry entry, ref PayloadReader names) =>
        {
            dedupe.Commit(entry, DeliveryIds.OwnId(entry, names));
            if (_awaitingNames is not null && _awaitingNames.Remove(entry.Position.Value, out var unfinished))
            {
                unfinished.Identify(entry, DeliveryNames.ReadSubjectKey(names));
                unfinished.Names = DeliveryNames.Read(names);
                _deliveries.Add(entry.Sequence, unfinished);
            }
        });
    }

    /// <summary>Takes over the ids of deliveries that are kept no longer, and what still counts of them.</summary>
    public void LoadOrphan(SegmentIndex index, int segment)
    {
        Add(index.MarksAfter(time.GetUtcNow().UtcTicks), 0);
        index.ForEachDelivery(segment, (in DeliveryEntry entry, ref PayloadReader names) => dedupe.Remember(entry, DeliveryIds.OwnId(entry, names)));
    }

    /// <summary>
    /// Everything has been read: what is unfinished takes its place in the queue. How many had no record left; one whose segment was dropped had
    /// been finished or carried on before.
    /// </summary>
    public int CompleteRecovery(int firstSegment)
    {
        var lost = _awaitingNames?.Values.Count(one => one.Position.Segment >= firstSegment) ?? 0;
        _awaitingNames = null;
        lock (Gate)
        {
            _isRecovering = false;
            var now = time.GetUtcNow().UtcTicks;
            foreach (var delivery in _deliveries.Values.OrderBy(one => one.Sequence).ToList())
            {
                delivery.Progress.Doubt(now);
                Settle(delivery);
            }

            // What is too old for anybody to look for was forgotten with its segment.
            foreach (var (key, _) in _bookmarks.Where(bookmark => bookmark.Value.Segment < firstSegment))
            {
                _bookmarks.Remove(key);
            }
        }

        return lost;
    }

    /// <summary>Takes back what was held too long and wakes what was put off until now. Under the gate.</summary>
    public void Refresh()
    {
        foreach (var delivery in work.TakeExpired())
        {
            Settle(delivery);
        }

        work.WakePostponed();
    }

    private void Add(in DeliveryEntry entry, PayloadReader names)
    {
        // After a start some may be planned already; running, what is to be decided is read for that.
        var delivery = new DeliveryState(entry, DeliveryNames.ReadSubjectKey(names)) { Names = _isRecovering ? DeliveryNames.Read(names) : null };
        lock (Gate)
        {
            _lastSequence = Math.Max(_lastSequence, entry.Sequence);
            _deliveries[entry.Sequence] = delivery;
            Settle(delivery);
        }

        dedupe.Commit(entry, DeliveryIds.OwnId(entry, names));
    }

    // Nothing about it has changed but where it stands. A start that has not met it before takes all of it from here.
    private void Carry(ReadOnlySpan<byte> payload, LogPosition position)
    {
        var (before, _, frames) = CarriedFrame.Read(payload, position);
        var names = new PayloadReader(CarriedFrame.Content(payload, frames[0]));
        var entry = DeliveryFrame.ReadEntry(frames[0].Header, ref names, frames[0].Position);
        var subject = DeliveryNames.ReadSubjectKey(names);
        lock (Gate)
        {
            _awaitingNames?.Remove(before.Value);
            if (!_deliveries.TryGetValue(entry.Sequence, out var delivery))
            {
                var document = CarriedFrame.ReadDocument(payload, position, isNew: true);
                _deliveries[entry.Sequence] = delivery = new DeliveryState(entry, subject) { Progress = document.Progress, Names = DeliveryNames.Read(names) };
                Settle(delivery);
            }

            delivery.Identify(entry, subject);
            delivery.Move([.. frames.Skip(1).Select(frame => frame.Position)]);
            delivery.PlanPosition = frames.FirstOrDefault(frame => frame.Header.Kind == FrameKind.Plan).Position;
            _lastSequence = Math.Max(_lastSequence, entry.Sequence);
        }

        dedupe.Commit(entry, DeliveryIds.OwnId(entry, names));
    }

    private void Apply(DeliveryState delivery, in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        if (header.Kind == FrameKind.Plan && !delivery.Progress.IsPlanned)
        {
            delivery.PlanPosition = position;
            Add(PlanFrame.ReadMarks(payload), header.Ticks);
        }

        delivery.Progress.Apply(header, payload);
        if (_isRecovering && header.Kind is FrameKind.Attempt or FrameKind.Postponed && Ahead(header) is > 0 and var ahead)
        {
            delivery.Progress.Hasten(ahead, header.Kind == FrameKind.Attempt ? AttemptFrame.ReadOutline(payload).Action : null);
        }

        if (header.Kind == FrameKind.Duplicate)
        {
            return;
        }

        delivery.Add(position);
        EndClaim(delivery, header, payload);
        Settle(delivery);
    }

    private void Add(IReadOnlyList<MarkEntry> marks, long nowTicks)
    {
        foreach (var mark in marks)
        {
            _marks.Add(mark, nowTicks);
        }
    }

    // How far the clock was ahead of what it shows now when that was written; running, the journal goes by a clock that is never set back.
    private long Ahead(in FrameHeader header) => header.Ticks - time.GetUtcNow().UtcTicks;

    private static void EndClaim(DeliveryState delivery, in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Kind)
        {
            case FrameKind.Plan:
                delivery.Claim.Writing = null;
                delivery.Claim.Unmark();
                break;
            case FrameKind.Attempt when AttemptFrame.ReadOutline(payload).Action is var action && action < delivery.Progress.Actions.Length:
                delivery.ActionClaim(action).End();
                break;
            case FrameKind.Postponed or FrameKind.GivenUp:
                delivery.Claim.End();
                break;
            case FrameKind.Reopened:
                delivery.Reopening = null;
                break;
        }
    }
}
