namespace WebhookBot.Journal.LiteDb;

/// <summary>A delivery that the log holds, and where the frames of what came of it are, in their order.</summary>
internal sealed class FoundDelivery
{
    /// <summary>Of the delivery's own frame; nothing as long as that was not met.</summary>
    public LogPosition Position { get; init; }

    public bool IsMet => Position != default;

    public List<LogPosition> Steps { get; } = [];

    public int Duplicates { get; set; }

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
    }

    private List<FoundDelivery> Scan(Segment segment, long end)
    {
        var here = new Dictionary<long, FoundDelivery?>();
        var wanted = new List<FoundDelivery>();
        using (var scanner = new SegmentScanner(segment.File, segment.Header, SegmentHeader.Size, end))
        {
            for (var frames = 1; scanner.Read(); frames++)
            {
                if (frames % LookUpEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                Add(scanner, new LogPosition(segment.Number, scanner.Offset), here, wanted);
            }
        }

        Settle(here);
        wanted.Reverse();
        return wanted;
    }

    private void Add(SegmentScanner scanner, LogPosition position, Dictionary<long, FoundDelivery?> here, List<FoundDelivery> wanted)
    {
        var header = scanner.Header;
        switch (header.Kind)
        {
            case var _ when !header.IsOfDelivery:
                break;
            case FrameKind.Delivery when IsWanted(header, scanner.Payload, position):
                var delivery = new FoundDelivery { Position = position };
                here[header.Sequence] = delivery;
                wanted.Add(delivery);
                break;
            case FrameKind.Delivery:
                here[header.Sequence] = null;
                break;
            default:
                AddStep(header, position, here);
                break;
        }
    }

    private static void AddStep(in FrameHeader header, LogPosition position, Dictionary<long, FoundDelivery?> here)
    {
        if (!here.TryGetValue(header.Sequence, out var found))
        {
            here[header.Sequence] = found = new FoundDelivery();
        }
        else if (found is null)
        {
            return;
        }

        if (header.Kind is FrameKind.Duplicate or FrameKind.Reopened)
        {
            found.Duplicates++;
        }

        if (header.Kind != FrameKind.Duplicate)
        {
            found.Steps.Add(position);
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
    }

    private bool IsWanted(in FrameHeader header, ReadOnlySpan<byte> payload, LogPosition position)
    {
        if (query.Since is { } since && header.Ticks < since.UtcTicks)
        {
            return false;
        }

        if (query.Source is null && query.Event is null && query.Subject is null)
        {
            return true;
        }

        var meta = DeliveryFrame.ReadMeta(header, payload, position);
        return (query.Source is null || query.Source == meta.Source)
            && (query.Subject is null || query.Subject == meta.Subject)
            && IndexFilter.IsEvent(meta.Event, query.Event);
    }
}
