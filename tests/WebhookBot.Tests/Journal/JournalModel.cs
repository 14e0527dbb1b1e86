using System.Text;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>What a journal must know: what it has acknowledged, and what it may know: what it refused while the disk failed.</summary>
internal sealed class JournalModel(Random random, FakeTimeProvider time)
{
    private readonly List<Known> _deliveries = [];
    private readonly Dictionary<string, List<string>> _bookmarks = [];
    private int _next;

    public static TimeSpan Kept { get; } = TimeSpan.FromDays(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>How many deliveries were dropped, as they were finished and old.</summary>
    public int Dropped { get; private set; }

    /// <summary>How many deliveries were acknowledged.</summary>
    public int Acknowledged => _deliveries.Count(one => one.Id is not null);

    /// <summary>One step of a history.</summary>
    public async Task StepAsync(LiteDbJournal journal)
    {
        switch (random.Next(12))
        {
            case < 4:
                await AppendAsync(journal);
                break;
            case 4:
                await AppendAgainAsync(journal);
                break;
            case < 8:
                await WorkAsync(journal);
                break;
            case 8:
                await RetryAsync(journal);
                break;
            case 9:
                await KeepAsync(journal);
                break;
            case 10:
                await DecideDeadAsync(journal);
                break;
            default:
                time.Advance(TimeSpan.FromHours(random.Next(1, 200)));
                await journal.DropOldAsync();
                time.Advance(TimeSpan.FromHours(1.5));
                await journal.DropOldAsync();
                break;
        }
    }

    /// <summary>Asks for everything that must be there.</summary>
    public async Task VerifyAsync(LiteDbJournal journal, string when)
    {
        foreach (var known in _deliveries.Where(one => one.Id is not null))
        {
            var record = await journal.FindAsync(known.Id!, Stop);
            if (record is null)
            {
                Assert.True(known.MayBeDropped(time), $"{when}: {known} is lost, and it is {time.GetUtcNow():O}");
                Dropped++;
                continue;
            }

            Assert.Equal(known.Body, Encoding.UTF8.GetString(record.Delivery.Body.Span));
            Assert.True(record.Plan is not null || !known.IsPlanned, $"{when}: the plan of {known} is lost");
            Assert.True(record.Plan is null || known.IsPlanned || known.MayBePlanned, $"{when}: {known} has a plan that nobody saved");
            var told = record.Actions.SelectMany(action => action.Attempts).Where(attempt => attempt.Detail != Attempt.WasInterrupted).Select(attempt => attempt.Detail).ToList();
            Assert.Empty(known.Attempts.Except(told));
            Assert.Empty(told.Except(known.Attempts).Except(known.MaybeAttempts));
            Assert.Equal(told.Count, told.Distinct().Count());
        }

        foreach (var (key, values) in _bookmarks.Where(one => one.Value.Count > 0))
        {
            Assert.Contains((await journal.RecallAsync(key, Stop))?.Value ?? $"{when}: {key} is lost", values);
        }
    }

    /// <summary>Works everything off and asks whether anything was left behind.</summary>
    public async Task FinishAsync(LiteDbJournal journal)
    {
        for (var idle = 0; idle < 2;)
        {
            var leases = await journal.ClaimAsync();
            foreach (var lease in leases)
            {
                var known = Find(lease.Delivery);
                if (lease.Plan is null)
                {
                    await journal.PlanAsync(lease, $"k{lease.Delivery.Sequence}");
                    known.IsPlanned = true;
                }

                foreach (var action in await journal.ActionsAsync(lease))
                {
                    await journal.RecordAsync(action, JournalDriver.Succeeded with { Detail = known.Next(certain: true) });
                }

                await journal.ReleaseAsync(lease);
            }

            time.Advance(TimeSpan.FromMinutes(10));
            var due = await journal.DueAsync();
            foreach (var action in due)
            {
                await journal.RecordAsync(action, JournalDriver.Succeeded with { Detail = Find(action.Origin.DeliveryId).Next(certain: true) });
            }

            idle = leases.Count + due.Count == 0 ? idle + 1 : 0;
        }

        Assert.Equal(0, journal.Health.Unfinished);
    }

    private async Task AppendAsync(LiteDbJournal journal)
    {
        var known = new Known($"sender {_next++}", new string((char)('a' + random.Next(26)), random.Next(1, 6000)), time.GetUtcNow());
        _deliveries.Add(known);
        var draft = JournalDriver.Draft(known.SenderId, random.Next(3) == 0 ? null : $"subject {random.Next(4)}") with { Body = Encoding.UTF8.GetBytes(known.Body), ReceivedAt = known.ReceivedAt };
        await TryAsync(async () => known.Id = (await journal.AppendAsync(draft, Stop)).Id);
    }

    private async Task AppendAgainAsync(LiteDbJournal journal)
    {
        if (Any(one => one.Id is not null && !one.MayBeDropped(time)) is not { } known)
        {
            return;
        }

        var draft = JournalDriver.Draft(known.SenderId) with { Body = Encoding.UTF8.GetBytes(known.Body), ReceivedAt = time.GetUtcNow() };
        await TryAsync(async () => Assert.Equal(new AppendReceipt(known.Id!, true), await journal.AppendAsync(draft, Stop)));
    }

    private async Task WorkAsync(LiteDbJournal journal)
    {
        foreach (var lease in await journal.ClaimAsync(random.Next(1, 4)))
        {
            var known = Find(lease.Delivery);
            if (lease.Plan is null && !await DecideAsync(journal, lease, known))
            {
                continue;
            }

            foreach (var action in await journal.ActionsAsync(lease))
            {
                await journal.BeginAttemptAsync(action, Stop);
                if (random.Next(8) != 0)
                {
                    await RecordAsync(journal, action, known);
                }
            }

            if (random.Next(6) != 0)
            {
                await journal.ReleaseAsync(lease);
            }
        }
    }

    private async Task<bool> DecideAsync(LiteDbJournal journal, DeliveryLease lease, Known known)
    {
        if (random.Next(8) == 0)
        {
            await TryAsync(() => journal.PostponeAsync(lease, time.GetUtcNow() + TimeSpan.FromMinutes(1), "later", Stop));
            return false;
        }

        known.MayBePlanned = true;
        await TryAsync(async () => known.IsPlanned |= await journal.PlanAsync(lease, [.. Enumerable.Range(0, random.Next(4)).Select(i => $"k{i}")]) is not null);
        return known.IsPlanned;
    }

    private async Task RetryAsync(LiteDbJournal journal)
    {
        time.Advance(TimeSpan.FromMinutes(random.Next(5)));
        foreach (var action in await journal.DueAsync(3))
        {
            await RecordAsync(journal, action, Find(action.Origin.DeliveryId));
        }
    }

    private async Task RecordAsync(LiteDbJournal journal, ActionLease action, Known known)
    {
        var detail = known.Next(certain: false);
        var attempt = random.Next(4) switch
        {
            0 => JournalDriver.RetryAt(time.GetUtcNow() + TimeSpan.FromMinutes(random.Next(10))),
            1 => JournalDriver.Dead,
            _ => JournalDriver.Succeeded,
        };
        var bookmark = random.Next(3) == 0 ? new Bookmark($"bookmark {random.Next(5)}", detail) : null;
        Maybe(bookmark);
        await TryAsync(async () =>
        {
            if (await journal.RecordAsync(action, attempt with { Detail = detail }, bookmark))
            {
                known.Confirm(detail, attempt.Status);
                Confirm(bookmark);
            }
        });
    }

    private async Task KeepAsync(LiteDbJournal journal)
    {
        var bookmark = new Bookmark($"bookmark {random.Next(5)}", $"kept {_next++}");
        Maybe(bookmark);
        await TryAsync(async () =>
        {
            await journal.KeepAsync(bookmark, Stop);
            Confirm(bookmark);
        });
    }

    private async Task DecideDeadAsync(LiteDbJournal journal)
    {
        var dead = await journal.ReadDeadAsync(long.MaxValue, Stop).ToListAsync(Stop);
        if (dead.Count == 0)
        {
            return;
        }

        var record = dead[random.Next(dead.Count)];
        var index = record.Actions.ToList().FindIndex(action => action.Status == ActionStatus.Dead);
        var known = Find(record.Delivery);
        var detail = known.Next(certain: false);
        var decision = new Attempt(time.GetUtcNow(), random.Next(2) == 0 ? ActionStatus.Pending : ActionStatus.Skipped, detail);
        await TryAsync(async () =>
        {
            if (await journal.DecideDeadAsync(record.Delivery.Sequence, index, decision, Stop))
            {
                known.Confirm(detail, decision.Status);
            }
        });
    }

    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (JournalUnavailableException)
        {
            // Nobody was told that it is written.
        }
    }

    // The first one of a key is there or not; a later one is this or the one before.
    private void Maybe(Bookmark? bookmark)
    {
        if (bookmark is not null && _bookmarks.TryGetValue(bookmark.Key, out var values))
        {
            values.Add(bookmark.Value);
        }
    }

    private void Confirm(Bookmark? bookmark)
    {
        if (bookmark is not null)
        {
            _bookmarks[bookmark.Key] = [bookmark.Value];
        }
    }

    private Known? Any(Func<Known, bool> passes) =>
        _deliveries.Where(passes).ToList() is { Count: > 0 } fitting ? fitting[random.Next(fitting.Count)] : null;

    // One that was refused may be there all the same: its sender comes again.
    private Known Find(Delivery delivery)
    {
        var known = _deliveries.Single(one => one.SenderId == delivery.SenderId);
        known.Id ??= delivery.Id;
        return known;
    }

    private Known Find(string id) => _deliveries.Single(one => one.Id == id);

    private sealed class Known(string senderId, string body, DateTimeOffset receivedAt)
    {
        private int _attempts;

        public string SenderId => senderId;

        public string Body => body;

        public DateTimeOffset ReceivedAt => receivedAt;

        public string? Id { get; set; }

        public bool IsPlanned { get; set; }

        public bool MayBePlanned { get; set; }

        public List<string> Attempts { get; } = [];

        public List<string> MaybeAttempts { get; } = [];

        public bool MayBeDropped(FakeTimeProvider time) => (IsPlanned || MayBePlanned) && time.GetUtcNow() - ReceivedAt > Kept;

        public string Next(bool certain)
        {
            var detail = $"{SenderId} try {_attempts++}";
            (certain ? Attempts : MaybeAttempts).Add(detail);
            return detail;
        }

        public void Confirm(string detail, ActionStatus status)
        {
            Attempts.Add(detail);
            MaybeAttempts.Remove(detail);
        }

        public override string ToString() => $"'{SenderId}' ({Id}) of {ReceivedAt:O}, {(IsPlanned ? "planned" : MayBePlanned ? "perhaps planned" : "not planned")}";
    }
}
