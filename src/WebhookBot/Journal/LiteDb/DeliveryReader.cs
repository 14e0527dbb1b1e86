using System.Runtime.CompilerServices;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Looks deliveries up: where they are from memory or the index, what they are from the log.</summary>
internal sealed partial class DeliveryReader(Log log, LogWriter writer, LiveState state, DedupeMap dedupe, Indexer indexer, ILogger logger)
{
    // Somebody waits for the answer; one that lacks the newest records is better than none.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>What was kept under that key; null when nothing was, or when it cannot be read any more: then it is kept anew.</summary>
    public Bookmark? Recall(string key)
    {
        LogPosition? position = null;
        try
        {
            return log.ReadMoving(() => position = state.FindBookmark(key)) is { } frame ? KeptFrame.BookmarkOf(frame) : null;
        }
        catch (InvalidDataException exception) when (position is { } place)
        {
            KeptFrame.LogLost(logger, place.Segment, exception);
            state.ForgetBookmark(key, place);
            return null;
        }
    }

    public async Task<DeliveryPage> ListAsync(DeliveryQuery query, CancellationToken cancellation)
    {
        await writer.DrainAsync().WaitAsync(cancellation);
        return await AskAsync(database => database?.Page(query) ?? new DeliveryPage([], null), cancellation);
    }

    public async Task<DeliveryRecord?> FindAsync(string id, CancellationToken cancellation)
    {
        await writer.DrainAsync().WaitAsync(cancellation);
        while (dedupe.Find(id) is { } position)
        {
            try
            {
                return await FindAtAsync(position, cancellation);
            }
            catch (InvalidDataException) when (dedupe.Find(id) != position)
            {
                // It was carried elsewhere, or dropped, meanwhile.
            }
        }

        return null;
    }

    private async Task<DeliveryRecord> FindAtAsync(LogPosition position, CancellationToken cancellation)
    {
        var frame = log.Read(position);
        var delivery = DeliveryFrame.Read(frame.Header, frame.Payload);
        if (FindLive(delivery.Sequence) is { } live)
        {
            return Compose(delivery, live.Frames, live.Duplicates, live);
        }

        var document = await AskAsync(database => database?.Find(delivery.Sequence), cancellation);

        // What is not live has ended; an index that does not know it yet is behind.
        return document is { Progress: { IsGivenUp: true } or { Status: DeliveryStatus.Done or DeliveryStatus.Ignored } }
            ? Compose(delivery, document.Frames, document.Progress.Duplicates, live: null)
            : await FindByScanAsync(delivery, position, cancellation);
    }

    /// <summary>The log backwards, segment by segment: the index is not asked, and nothing is looked up one by one.</summary>
    public async IAsyncEnumerable<DeliveryRecord> ReadLastAsync(DeliveryQuery query, int last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await writer.DrainAsync().WaitAsync(cancellation);
        await Task.Yield();
        var left = last;
        foreach (var found in new BackwardScan(log, query, cancellation).Deliveries())
        {
            cancellation.ThrowIfCancellationRequested();
            if (left <= 0)
            {
                yield break;
            }

            if (Read(found) is { } record && IsWanted(record, query))
            {
                left--;
                yield return record;
            }
        }
    }

    // Null when it was dropped meanwhile.
    private DeliveryRecord? Read(FoundDelivery found)
    {
        try
        {
            var frame = log.Read(found.Position);
            var delivery = DeliveryFrame.Read(frame.Header, frame.Payload);
            return Compose(delivery, found.Steps, found.Duplicates, FindLive(delivery.Sequence), isBrief: true);
        }
        catch (InvalidDataException) when (log.Find(found.Position.Segment) is null)
        {
            return ReadLive(found.Sequence, isBrief: true);
        }
    }

    // Null when nothing is left to be done about it.
    private DeliveryRecord? ReadLive(long sequence, bool isBrief = false)
    {
        while (FindLive(sequence) is { } live)
        {
            try
            {
                var frame = log.Read(live.Position);
                return Compose(DeliveryFrame.Read(frame.Header, frame.Payload), live.Frames, live.Duplicates, live, isBrief);
            }
            catch (InvalidDataException) when (FindLive(sequence)?.Position != live.Position)
            {
                // It was carried elsewhere meanwhile.
            }
        }

        return null;
    }

    public async IAsyncEnumerable<DeliveryRecord> ReadDeadAsync(long newest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await writer.DrainAsync().WaitAsync(cancellation);
        await Task.Yield();
        foreach (var (sequence, title) in state.FindDead(newest))
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryReadLive(sequence, title) is { } record)
            {
                yield return record;
            }
        }
    }

    // One that is damaged must not hide the others.
    private DeliveryRecord? TryReadLive(long sequence, string title)
    {
        try
        {
            return ReadLive(sequence);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            LogUnreadable(logger, title, exception);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} has a dead letter and cannot be read; the list lacks it")]
    private static partial void LogUnreadable(ILogger logger, string deliveryId, Exception exception);

    // What only the whole record tells.
    private static bool IsWanted(DeliveryRecord record, DeliveryQuery query) =>
        (query.Status is null || record.Status == query.Status)
        && !(query.IsWithoutReplays && record.Delivery.Replay is not null)
        && (query.Rule is null || (record.Plan is { } plan && PlanFrame.RulesOf(plan).Contains(query.Rule)));

    private Live? FindLive(long sequence)
    {
        lock (state.Gate)
        {
            if (state.Find(sequence) is not { } live)
            {
                return null;
            }

            var running = Enumerable.Range(0, live.Progress.Actions.Length).Where(action => live.ActionClaim(action).IsHeld);
            return new Live(live.Position, [.. live.Frames], live.Progress.Duplicates, [.. running], [.. live.Progress.Actions]);
        }
    }

    // An index that turns out to be damaged is made again; then it is asked once more.
    private async Task<T> AskAsync<T>(Func<IndexDatabase?, T> question, CancellationToken cancellation)
    {
        await CatchUpAsync(cancellation);
        try
        {
            return await indexer.AskAsync(question).WaitAsync(cancellation);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
        {
            await CatchUpAsync(cancellation);
            return await indexer.AskAsync(question).WaitAsync(cancellation);
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        var reached = indexer.ReachAsync(log.Committed);
        if (!reached.IsCompleted)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(reached, Task.Delay(s_patience, ending.Token));
            await ending.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // While the index is being made again, or is behind; slow, and right.
    private async Task<DeliveryRecord> FindByScanAsync(Delivery delivery, LogPosition from, CancellationToken cancellation)
    {
        await Task.Yield();
        var found = new FoundDelivery(delivery.Sequence);
        var committed = log.Committed;
        try
        {
            foreach (var segment in log.Segments.Where(segment => segment.Number >= from.Segment && segment.Number <= committed.Segment))
            {
                cancellation.ThrowIfCancellationRequested();
                AddFrom(segment, delivery.Sequence, found);
            }
        }
        catch (ObjectDisposedException exception)
        {
            throw new InvalidDataException($"The segments that delivery {delivery.Id} stands in were dropped while it was read.", exception);
        }

        return found.IsMet ? Compose(delivery, found.Steps, found.Duplicates, live: null)
            : throw new InvalidDataException($"The segment that delivery {delivery.Id} stands in was dropped while it was read.");
    }

    private static void AddFrom(Segment segment, long sequence, FoundDelivery found)
    {
        using var scanner = new SegmentScanner(segment.File, segment.Header, SegmentHeader.Size, segment.Length);
        while (scanner.Read())
        {
            if (scanner.Header.Sequence == sequence && scanner.Header.IsOfDelivery)
            {
                found.Add(scanner.Header, scanner.Payload, new LogPosition(segment.Number, scanner.Offset));
            }
        }
    }

    private DeliveryRecord Compose(Delivery delivery, List<LogPosition> positions, int duplicates, Live? live, bool isBrief = false)
    {
        var progress = new DeliveryProgress();
        Plan? plan = null;
        string? problem = null;
        var attempts = new List<(int Action, Attempt Attempt)>();
        foreach (var position in positions)
        {
            var frame = log.Read(position);
            plan ??= frame.Header.Kind == FrameKind.Plan ? PlanFrame.Read(frame.Payload, isBrief) : null;
            problem = frame.Header.Kind switch
            {
                FrameKind.Postponed or FrameKind.GivenUp => ReasonFrame.ReadReason(frame.Payload),
                FrameKind.Plan or FrameKind.Reopened => null,
                _ => problem,
            };
            progress.Apply(frame.Header, frame.Payload);
            if (frame.Header.Kind == FrameKind.Attempt)
            {
                var (action, attempt, _) = AttemptFrame.Read(frame.Header, frame.Payload);
                attempts.Add((action, attempt));
            }
            else if (frame.Header.Kind == FrameKind.Interrupted && ReasonFrame.ReadInterrupted(frame.Payload) is { } interrupted)
            {
                var at = new DateTimeOffset(frame.Header.Ticks, TimeSpan.Zero);
                attempts.Add((interrupted, new Attempt(at, ActionStatus.Running, Attempt.WasInterrupted)));
            }
        }

        return new DeliveryRecord
        {
            Delivery = delivery,
            Status = progress.Status,
            Duplicates = duplicates,
            Problem = problem,
            Plan = plan,
            Actions = [.. (plan?.Actions ?? []).Select((action, i) => new PlannedActionRecord
            {
                Action = action,
                Status = live?.Running.Contains(i) == true ? ActionStatus.Running : progress.Actions[i].Status,
                Attempts = Moved([.. attempts.Where(one => one.Action == i).Select(one => one.Attempt)], live?.Actions.ElementAtOrDefault(i)),
            })],
        };
    }

    // What waits on for what its record says already is looked at again at another time than that.
    private static List<Attempt> Moved(List<Attempt> all, ActionProgress? live) =>
        all is [.. var before, { Status: ActionStatus.Waiting } last] && live is { Status: ActionStatus.Waiting, DueTicks: > 0 and var due }
            ? [.. before, last with { NextAt = new DateTimeOffset(due, TimeSpan.Zero) }]
            : all;

    private sealed record Live(LogPosition Position, List<LogPosition> Frames, int Duplicates, HashSet<int> Running, ActionProgress[] Actions);
}
