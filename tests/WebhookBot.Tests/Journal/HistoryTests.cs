using CsCheck;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Random histories with restarts and crashes, beside a model that is a dictionary.</summary>
public sealed class HistoryTests
{
    private enum Step
    {
        Append,
        AppendAgain,
        Plan,
        Attempt,
        Retry,
        Postpone,
        GiveUp,
        Advance,
        Restart,
        CrashWithIndex,
        CrashWithoutIndex,
    }

    [Fact]
    public async Task Reads_back_what_was_acknowledged()
    {
        var steps = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 1000]).List[1, 60];
        await steps.SampleAsync(
            async history =>
            {
                await using var run = new Run();
                foreach (var (step, number) in history)
                {
                    await run.TakeAsync(step, number);
                }

                await run.CompareAsync();
            },
            iter: 120,
            threads: 1);
    }

    private sealed class Expected
    {
        public DeliveryStatus Status { get; set; } = DeliveryStatus.Received;

        public List<ActionStatus> Attempts { get; } = [];

        public int Duplicates { get; set; }

        public bool IsPlanned { get; set; }
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly List<TemporaryFolder> _folders = [new()];
        private readonly FakeTimeProvider _time = new(JournalDriver.Start);
        private readonly Dictionary<string, Expected> _model = [];
        private readonly Dictionary<string, string> _ids = [];
        private LiteDbJournal _journal;

        public Run() => _journal = Open();

        private TemporaryFolder Folder => _folders[^1];

        public async Task TakeAsync(Step step, int number)
        {
            switch (step)
            {
                case Step.Append:
                    await AppendAsync("d" + _model.Count, number);
                    break;
                case Step.AppendAgain when _model.Count > 0:
                    await AppendAsync("d" + number % _model.Count, number);
                    break;
                case Step.Plan or Step.Postpone or Step.GiveUp or Step.Attempt or Step.Retry:
                    await WorkAsync(step, number);
                    break;
                case Step.Advance:
                    _time.Advance(TimeSpan.FromSeconds(number));
                    break;
                case Step.Restart:
                    await _journal.DisposeAsync();
                    _journal = Open();
                    break;
                case Step.CrashWithIndex or Step.CrashWithoutIndex:
                    await CrashAsync(step == Step.CrashWithIndex);
                    break;
            }
        }

        public async Task CompareAsync()
        {
            var listed = (await _journal.ListAllAsync(new DeliveryQuery { Limit = 10 })).ToDictionary(one => one.Id);
            Assert.Equal(_model.Count, listed.Count);
            foreach (var (senderId, expected) in _model)
            {
                var record = await _journal.GetAsync(_ids[senderId]);
                Assert.Equal(senderId, record.Delivery.SenderId);
                Assert.Equal(JournalDriver.Body(senderId, 600), record.Delivery.Body.ToArray());
                Assert.Equal(expected.Status, record.Status);
                Assert.Equal(expected.Status, listed[_ids[senderId]].Status);
                Assert.Equal(expected.Duplicates, record.Duplicates);
                Assert.Equal(expected.Duplicates, listed[_ids[senderId]].Duplicates);
                Assert.Equal(expected.IsPlanned, record.Plan is not null);
                Assert.Equal(expected.Attempts, record.Actions.SelectMany(action => action.Attempts).Select(attempt => attempt.Status));
            }

            Assert.Equal(
                _model.Values.Count(one => one.Status is not (DeliveryStatus.Done or DeliveryStatus.Dead or DeliveryStatus.Ignored)),
                _journal.Health.Unfinished);
        }

        public async ValueTask DisposeAsync()
        {
            await _journal.DisposeAsync();
            _folders.ForEach(folder => folder.Dispose());
        }

        private async Task AppendAsync(string senderId, int number)
        {
            var receipt = await _journal.AppendAsync(JournalDriver.Draft(senderId, number % 3 == 0 ? null : "s" + number % 3), CancellationToken.None);
            Assert.Equal(_model.ContainsKey(senderId), receipt.IsDuplicate);
            _ids.TryAdd(senderId, receipt.Id);
            Assert.Equal(_ids[senderId], receipt.Id);
            if (!_model.TryAdd(senderId, new Expected()))
            {
                var held = _model[senderId];
                held.Duplicates++;
                held.Status = held.Status != DeliveryStatus.Dead ? held.Status
                    : held.IsPlanned ? DeliveryStatus.Planned
                    : DeliveryStatus.Received;
            }
        }

        private async Task WorkAsync(Step step, int number)
        {
            foreach (var due in await _journal.DueAsync(1 + number % 3))
            {
                await RecordAsync(due, step, number);
            }

            foreach (var lease in await _journal.ClaimAsync(1 + number % 3))
            {
                var expected = _model[lease.Delivery.SenderId];
                if (step == Step.Postpone && !expected.IsPlanned)
                {
                    Assert.True(await _journal.PostponeAsync(lease, _time.GetUtcNow().AddSeconds(number), "later", CancellationToken.None));
                    expected.Status = DeliveryStatus.Retrying;
                    continue;
                }

                if (step == Step.GiveUp && !expected.IsPlanned)
                {
                    Assert.True(await _journal.GiveUpAsync(lease, "no", CancellationToken.None));
                    expected.Status = DeliveryStatus.Dead;
                    continue;
                }

                await DecideAsync(lease, step, number, expected);
            }
        }

        private async Task DecideAsync(DeliveryLease lease, Step step, int number, Expected expected)
        {
            Assert.Equal(expected.IsPlanned, lease.Plan is not null);
            Assert.NotNull(await _journal.PlanAsync(lease, "k-" + lease.Delivery.SenderId));
            expected.IsPlanned = true;
            expected.Status = DeliveryStatus.Planned;
            foreach (var action in step == Step.Plan ? [] : await _journal.ActionsAsync(lease))
            {
                await RecordAsync(action, step, number);
            }

            await _journal.ReleaseAsync(lease);
        }

        private async Task RecordAsync(ActionLease lease, Step step, int number)
        {
            var attempt = step == Step.Retry ? JournalDriver.RetryAt(_time.GetUtcNow().AddSeconds(number))
                : number % 4 == 0 ? JournalDriver.Dead
                : JournalDriver.Succeeded;
            Assert.True(await _journal.RecordAsync(lease, attempt));
            var expected = _model[_ids.Single(one => one.Value == lease.Origin.DeliveryId).Key];
            expected.Attempts.Add(attempt.Status);
            expected.Status = attempt.Status switch
            {
                ActionStatus.Retrying => DeliveryStatus.Retrying,
                ActionStatus.Dead => DeliveryStatus.Dead,
                _ => DeliveryStatus.Done,
            };
        }

        /// <summary>What the files hold while the journal runs is what a kill leaves.</summary>
        private async Task CrashAsync(bool withIndex)
        {
            await _journal.ListAllAsync(new DeliveryQuery { Limit = 1 });
            var image = new TemporaryFolder();
            Directory.CreateDirectory(image.Log);
            foreach (var file in Directory.GetFiles(Folder.Log).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(image.Log, Path.GetFileName(file)));
            }

            foreach (var file in Directory.GetFiles(Folder.Path).Where(_ => withIndex))
            {
                File.Copy(file, Path.Combine(image.Path, Path.GetFileName(file)));
            }

            await _journal.DisposeAsync();
            _folders.Add(image);
            _journal = Open();
        }

        private LiteDbJournal Open() =>
            LiteDbJournal.Open(new JournalOptions { Path = Folder.Journal, SegmentBytes = 4000 }, _time);
    }
}
