using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Pipeline;

/// <summary>What happened before, read from the journal for one plan.</summary>
internal sealed class JournalState : IRuleState
{
    private readonly Dictionary<string, int> _marks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenDigest> _digests = new(StringComparer.Ordinal);

    private JournalState(DateTimeOffset now) => Now = now;

    public DateTimeOffset Now { get; }

    public static async Task<JournalState> ReadAsync(IJournal journal, PlanningNeeds needs, DateTimeOffset now, CancellationToken cancellation)
    {
        var state = new JournalState(now);
        if (needs.Marks.Count > 0)
        {
            var counts = await journal.CountMarksAsync([.. needs.Marks.Select(m => new MarkQuery(m.Key, m.Value))], cancellation);
            foreach (var (key, count) in needs.Marks.Keys.Zip(counts))
            {
                state._marks[key] = count;
            }
        }

        foreach (var key in needs.Digests)
        {
            var held = await journal.FindHeldAsync(key, cancellation);
            if (held is [.., { Batch: { } batch, IsRetried: false } last] && last.Due > now)
            {
                state._digests[key] = new OpenDigest(batch, last.Due, held.Count(h => h.Batch == batch));
            }
        }

        return state;
    }

    public int Count(string mark, DateTimeOffset since) => _marks.GetValueOrDefault(mark);

    public OpenDigest? FindDigest(string hold) => _digests.GetValueOrDefault(hold);
}

/// <summary>Lets one plan at a time be made of what several events share.</summary>
internal sealed class SharedKeys
{
    private readonly KeyedLock _keys = new();

    public async Task<IDisposable> EnterAsync(IEnumerable<string> sorted, CancellationToken cancellation)
    {
        var held = new Held();
        try
        {
            foreach (var key in sorted)
            {
                held.Add(await _keys.EnterAsync(key, cancellation));
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private sealed class Held : IDisposable
    {
        private readonly Stack<IDisposable?> _locks = new();

        public void Add(IDisposable? key) => _locks.Push(key);

        public void Dispose()
        {
            while (_locks.TryPop(out var key))
            {
                key?.Dispose();
            }
        }
    }
}
