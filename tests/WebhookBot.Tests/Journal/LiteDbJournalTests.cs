using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>The embedded journal keeps the contract, with segments so small that every test crosses several.</summary>
public sealed class LiteDbJournalTests : JournalContract
{
    private readonly TemporaryFolder _folder = new();

    private protected override ValueTask<IJournal> OpenAsync() =>
        ValueTask.FromResult<IJournal>(LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal, SegmentBytes = 2000 }, Time));

    private protected override ValueTask CloseAsync(IJournal journal) => ((LiteDbJournal)journal).DisposeAsync();

    private protected override void RemoveFiles() => _folder.Dispose();
}
