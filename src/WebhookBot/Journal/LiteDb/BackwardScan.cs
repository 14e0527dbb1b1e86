namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery that the log holds, and where the frames of what came of it are, in their order.</summary>
internal sealed class FoundDelivery(long sequence)
{
    public long Sequence => sequence;

    /// <summary>Of the delivery's own frame; nothing as long as that was not met.</summary>
    public LogPosition Position { get; set; }

    public bool IsMet => Position != default;

    public List<LogPosition> Steps { get; } = [];

    public int Duplicates { get; set; }

    /// <summary>One more of its frames.</summary>
    public void Add(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        switch (header.Kind)
        {
            case FrameKind.Delivery:
                Position = position;
                break;
            case FrameKind.Carried:
                // All that was known of it stands in there again.
                var (_, duplicates, frames) = CarriedFrame.Read(payload, position);
                Steps.Clear();
                Steps.AddRange(frames.Skip(1).Select(frame => frame.Position));
                (Position, Duplicates) = (frames[0].Position, duplicates);
                break;
            case FrameKind.Duplicate:
                Duplicates++;
                break;
            default:
                Duplicates += header.Kind == FrameKind.Reopened ? 1 : 0;
                Steps.Add(position);
                break;
        }
    }

    /// <summary>Frames of a later segment, which come after those found in this one.</summary>
    public void Append(FoundDelivery later)
    {
        Steps.AddRange(later.Steps);
        Duplicates += later.Duplicates;
    }
}

/// <summary>
/// Finds deliveries newest first. A segment is read forwards, as fast as the disk gives it, and what it holds is given out backwards; only
/// positions are kept of one segment, and of the steps whose delivery stands in an earlier one.
/// </summary>
internal sealed class BackwardScan(Log log, DeliveryQuery query, CancellationToken cancellation)
{
    private const int LookUpEvery = 1024;

    private readonly Dictionary<long, FoundDelivery> _later = [];
    private readonly Dictionary<long, FoundDelivery?> _carried = [];
    private readonly HashSet<long> _carriedHere = [];

    public IEnumerable<FoundDelivery> Deliveries()
    {
        var committed = log.Committed;
        foreach (var segment in log.Segments.Where(segment => segment.Number <= committed.Segment).Reverse())
        {
            var end = segment.Number == committed.Segment ? committed.Offset : segment.Length;
            foreach (var found in Scan(segment, end))
            {
                yield return found;
            }
        }

        // What was carried forward is older than all that stands where it was written first.
        foreach (var (_, found) in _carried.OrderByDescending(one => one.Key).Where(one => one.Value is not null))
        {
            yield return found!;
        }
    }

    private List<FoundDelivery> Scan(Segment segment, long end)
    {
        var here = new Dictionary<long, FoundDelivery?>();
        var wanted = new List<FoundDelivery>();
        try
        {
            using var scanner = new SegmentScanner(segment.File, segment.Header, SegmentHeader.Size, end);
            for (var frames = 1; scanner.Read(); frames++)
            {
                if (frames % LookUpEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                if (scanner.Header.IsOfDelivery)
                {
                    Add(scanner, new LogPosition(segment.Number, scanner.Offset), here, wanted);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // It is being dropped: what is in it is older than what is kept.
        }

        Settle(here);
        wanted.Reverse();
        return wanted;
    }

    private void Add(SegmentScanner scanner, LogPosition position, Dictionary<long, FoundDelivery?> here, List<FoundDelivery> wanted)
    {
        var header = scanner.Header;
        if (_carried.ContainsKey(header.Sequence))
        {
            // All of it was found in a later segment.
            return;
        }

        if (header.Kind is FrameKind.Delivery or FrameKind.Carried)
        {
            here[header.Sequence] = IsWanted(header, scanner.Payload, position) ? new FoundDelivery(header.Sequence) : null;
        }

        if (header.Kind == FrameKind.Carried)
        {
            _carriedHere.Add(header.Sequence);
        }

        if (!here.TryGetValue(header.Sequence, out var found))
        {
            here[header.Sequence] = found = new FoundDelivery(header.Sequence);
        }

        found?.Add(header, scanner.Payload, position);
        if (found is not null && header.Kind == FrameKind.Delivery)
        {
            wanted.Add(found);
        }
    }

    // What stands in later segments is joined to what stands here; what has no delivery here waits for an earlier segment.
    private void Settle(Dictionary<long, FoundDelivery?> here)
    {
        foreach (var (sequence, found) in here)
        {
            if (_later.Remove(sequence, out var later))
            {
                found?.Append(later);
            }

            if (found is { IsMet: false })
            {
                _later[sequence] = found;
            }
        }

        foreach (var sequence in _carriedHere)
        {
            _carried[sequence] = here[sequence];
        }

        _carriedHere.Clear();
    }

    private bool IsWanted(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        if (header.Kind == FrameKind.Carried)
        {
            var delivery = CarriedFrame.Read(payload, position).Frames[0];
            return IsWanted(delivery.Header, CarriedFrame.Content(payload, delivery), delivery.Position);
        }

        if (query.Since is { } since && header.Ticks < since.UtcTicks)
        {
            return false;
        }

        if (query.Source is null && query.Event is null && query.Subject is null)
        {
            return true;
        }

        var names = DeliveryFrame.ReadMeta(header, payload, position).Names;
        return (query.Source is null || query.Source == names.Source)
            && (query.Subject is null || query.Subject == names.Subject)
            && IndexFilter.IsEvent(names.Event, query.Event);
    }
}
