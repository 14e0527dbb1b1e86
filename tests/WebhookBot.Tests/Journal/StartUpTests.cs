using System.Diagnostics;
using System.Text;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

public sealed class StartUpTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Opens_a_hundred_thousand_deliveries_and_knows_every_one()
    {
        const int Writers = 64;
        var count = int.Parse(Environment.GetEnvironmentVariable("JOURNAL_FILL") ?? "100000", System.Globalization.CultureInfo.InvariantCulture);
        var each = count / Writers;
        var filling = Stopwatch.StartNew();
        using (var journal = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => FillAsync(journal, writer, each)));
            output.WriteLine($"filled {each * Writers} in {filling.Elapsed}: {each * Writers / filling.Elapsed.TotalSeconds:F0}/s");
            var claiming = Stopwatch.StartNew();
            var claimed = await journal.ClaimAsync(1000);
            output.WriteLine($"claimed {claimed.Count} in {claiming.Elapsed}; index lag {journal.Health.IndexLag}");
        }

        output.WriteLine($"log bytes a delivery: {_folder.Segments.Sum(file => new FileInfo(file).Length) / (each * Writers)}");
        output.WriteLine($"closed after {filling.Elapsed}");
        File.Delete(_folder.Index);
        var opening = Stopwatch.StartNew();
        using var reopened = Open();
        output.WriteLine($"reopened without the index in {opening.Elapsed.TotalMilliseconds:F0} ms");
        Assert.Equal(each * Writers, reopened.Health.Unfinished);
        Assert.True((await reopened.AppendAsync(Draft(Writers - 1, each - 1), TestContext.Current.CancellationToken)).IsDuplicate);
        if (Environment.GetEnvironmentVariable("JOURNAL_REBUILD") is not null)
        {
            Assert.True(SpinWait.SpinUntil(() => reopened.Health.IndexLag == 0, TimeSpan.FromMinutes(10)));
            output.WriteLine($"index made again after {opening.Elapsed}");
        }
    }

    private static async Task FillAsync(LiteDbJournal journal, int writer, int count)
    {
        await Task.Yield();
        for (var i = 0; i < count; i++)
        {
            await journal.AppendAsync(Draft(writer, i), TestContext.Current.CancellationToken);
        }
    }

    private static DeliveryDraft Draft(int writer, int number)
    {
        var id = $"{writer:D8}-{number:D8}-4c93-67dc0958aaaa";
        var size = 2000 + (writer * 7919 + number * 104_729) % 8000;
        return JournalDriver.Draft(id, $"github:acme/shop#{number % 5000}", size: 0) with { Body = Json(id, size) };
    }

    private static byte[] Json(string id, int size)
    {
        var text = new StringBuilder("{\"action\":\"opened\"");
        for (var i = 0; text.Length < size; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"field_{i}\":{{\"url\":\"https://api.github.com/repos/acme/shop/{id}/{i * 7919}\",\"on\":{i % 2}}}");
        }

        return Encoding.ASCII.GetBytes(text.Append('}').ToString());
    }

    private LiteDbJournal Open() => LiteDbJournal.Open(new JournalOptions { Path = _folder.Journal }, TimeProvider.System);
}
