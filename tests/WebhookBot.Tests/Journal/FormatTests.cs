using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>A journal that an older version wrote is read on; one of a newer version is refused.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("format-2.log", "2b6de7ed-4b59-4fb4-af29-ba7455ae1271")]
    [InlineData("format-3.log", "bbe28f0a-7410-4a8d-b38c-c038d8cd81e7")]
    [InlineData("format-4.log", "67c7c883-4775-48df-bee6-32858e8ec6eb")]
    public async Task Reads_a_journal_of_an_older_format_and_goes_on_in_it(string file, string pullRequest)
    {
        Directory.CreateDirectory(_folder.Log);
        File.Copy(Path.Combine(Repository.Root, "tests/WebhookBot.Tests/Journal/Formats", file), Path.Combine(_folder.Log, "0000000001.log"));
        using (var journal = Open())
        {
            Assert.Equal(
                [("alertmanager.firing", DeliveryStatus.Done), ("github.issues.opened", DeliveryStatus.Ignored), ("github.pull_request.opened", DeliveryStatus.Done)],
                (await journal.ListAllAsync()).Select(one => (one.Event, one.Status)));
            var opened = await journal.GetAsync(pullRequest);
            Assert.Equal((ActionStatus.Shadow, 1), (opened.Actions[0].Status, opened.Actions[0].Attempts.Count));
            Assert.True(opened.Delivery.Body.Length > 1000);
            await journal.AppendAsync("new");
        }

        using var reopened = Open();
        Assert.Equal("new", (await reopened.ClaimOneAsync()).Delivery.SenderId);
        Assert.Equal(4, (await reopened.ListAllAsync()).Count);
    }

    [Fact]
    public void Refuses_a_journal_of_a_newer_version_and_leaves_it_as_it_is()
    {
        using (Open())
        {
        }

        var segment = _folder.Segments[0];
        var bytes = File.ReadAllBytes(segment);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), SegmentHeader.FormatVersion + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SegmentHeader.Size - 4), Crc32C.Of(0, bytes.AsSpan(0, SegmentHeader.Size - 4)));
        File.WriteAllBytes(segment, bytes);
        var refusal = Assert.Throws<InvalidDataException>(() => Open());
        Assert.Contains($"has format {SegmentHeader.FormatVersion + 1}; this version reads up to {SegmentHeader.FormatVersion}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(segment));
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(_folder.Segments)));
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero)));
}
