namespace WebhookBot.Journal.LiteDb;

/// <summary>The marks that still count. Everything here happens under the gate of the live state.</summary>
internal sealed class MarkCounts
{
    private const int PruneEvery = 4096;

    private readonly Dictionary<UInt128, List<MarkEntry>> _byKey = [];
    private int _added;

    public IReadOnlyCollection<MarkEntry> All => [.. _byKey.Values.SelectMany(marks => marks)];

    /// <param name="mark">The mark.</param>
    /// <param name="nowTicks">The time of the record it comes with.</param>
    public void Add(MarkEntry mark, long nowTicks)
    {
        if (mark.UntilTicks <= nowTicks)
        {
            return;
        }

        (_byKey.TryGetValue(mark.Key, out var marks) ? marks : _byKey[mark.Key] = []).Add(mark);
        if (++_added % PruneEvery == 0)
        {
            Prune(nowTicks);
        }
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

    public void Prune(long nowTicks)
    {
        foreach (var (key, marks) in _byKey)
        {
            marks.RemoveAll(mark => mark.UntilTicks <= nowTicks);
            if (marks.Count == 0)
            {
                _byKey.Remove(key);
            }
        }
    }
}
