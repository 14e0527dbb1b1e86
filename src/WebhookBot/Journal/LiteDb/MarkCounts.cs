namespace WebhookBot.Journal.LiteDb;

/// <summary>
/// The marks that still count. They come from the plans, and at a start from the sidecars of the segments that the plans stand in. Everything here
/// happens under the gate of the live state.
/// </summary>
internal sealed class MarkCounts
{
    private const int PruneEvery = 4096;

    private readonly Dictionary<UInt128, List<MarkTimes>> _byKey = [];

    // Older versions kept marks in checkpoints and not in sidecars; those stay there until they count no more.
    private readonly List<MarkEntry> _inherited = [];
    private int _added;
    private int _kept;

    /// <param name="mark">The mark.</param>
    /// <param name="nowTicks">What counts no more at that time is passed over.</param>
    public void Add(MarkEntry mark, long nowTicks)
    {
        if (mark.UntilTicks <= nowTicks)
        {
            return;
        }

        // Most have one alone: a list that is made for four takes twice the memory.
        (_byKey.TryGetValue(mark.Key, out var marks) ? marks : _byKey[mark.Key] = new List<MarkTimes>(1)).Add(new MarkTimes(mark.AtTicks, mark.UntilTicks));
        if (++_added > Math.Max(PruneEvery, _kept))
        {
            Prune(nowTicks);
        }
    }

    /// <summary>Takes over a mark that stands in no sidecar.</summary>
    public void Inherit(MarkEntry mark)
    {
        _inherited.Add(mark);
        Add(mark, 0);
    }

    /// <summary>What a checkpoint has to keep, as it stands nowhere else.</summary>
    public IReadOnlyCollection<MarkEntry> Inherited(long nowTicks)
    {
        _inherited.RemoveAll(mark => mark.UntilTicks <= nowTicks);
        return _inherited;
    }

    public int Count(UInt128 key, long sinceTicks)
    {
        var count = 0;
        foreach (var mark in _byKey.GetValueOrDefault(key) ?? [])
        {
            count += mark.AtTicks > sinceTicks ? 1 : 0;
        }

        return count;
    }

    private void Prune(long nowTicks)
    {
        (_added, _kept) = (0, 0);
        foreach (var (key, marks) in _byKey)
        {
            marks.RemoveAll(mark => mark.UntilTicks <= nowTicks);
            _kept += marks.Count;
            if (marks.Count == 0)
            {
                _byKey.Remove(key);
            }
        }
    }

    private readonly record struct MarkTimes(long AtTicks, long UntilTicks);
}
