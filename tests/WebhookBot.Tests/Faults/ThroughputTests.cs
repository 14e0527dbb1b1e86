using System.Diagnostics;
using System.Text;
using WebhookBot.Journal;
using WebhookBot.Rules.Testing;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace WebhookBot.Tests.Faults;

/// <summary>That a burst is worked off, and with what.</summary>
public sealed class ThroughputTests(ITestOutputHelper output) : IDisposable
{
    private const int Deliveries = 5000;
    private const int Connections = 32;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Works_off_a_burst_of_five_thousand_deliveries_with_the_shipped_rules()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("rules"), "*.yml"))
        {
            _folder.Write($"rules/{Path.GetFileName(file)}", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }

        await using var bot = await RunningBot.StartAsync(folder: _folder);
        var journal = bot.Services.GetRequiredService<IJournal>();
        for (var round = 1; round <= 2; round++)
        {
            GC.Collect();
            var (memory, collections, pause, contention, allocated) = (GC.GetTotalMemory(true), GC.CollectionCount(2), GC.GetTotalPauseDuration(), Monitor.LockContentionCount, GC.GetTotalAllocatedBytes());
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            var took = Stopwatch.StartNew();
            await SendAsync(bot, round);
            var sent = took.Elapsed;
            var left = journal.Health.Unfinished;
            await FaultBot.UntilAsync(() => Task.FromResult(journal.Health.Unfinished == 0), TimeSpan.FromSeconds(60), () => Task.FromResult($"{journal.Health}"));
            var worked = took.Elapsed;
            var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
            output.WriteLine(
                $"round {round}: sent in {sent.TotalSeconds:F2} s ({Deliveries / sent.TotalSeconds:F0}/s), {left} unfinished then, all worked off in {worked.TotalSeconds:F2} s ({Deliveries / worked.TotalSeconds:F0}/s); "
                + $"processor {used.TotalSeconds:F1} s, allocated {(GC.GetTotalAllocatedBytes() - allocated) / Deliveries / 1024} KB each, "
                + $"gen 2 {GC.CollectionCount(2) - collections}, pauses {(GC.GetTotalPauseDuration() - pause).TotalMilliseconds:F0} ms, contended locks {Monitor.LockContentionCount - contention}, "
                + $"memory +{(GC.GetTotalMemory(true) - memory) >> 10} KB, index lag {journal.Health.IndexLag}");
        }

        await bot.Client.SettledAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2 * Deliveries, (await bot.Client.ListAllAsync()).Count);
    }

    private static async Task SendAsync(RunningBot bot, int round)
    {
        var samples = new[] { "push", "pull_request.closed", "workflow_run.completed", "issues.opened" }
            .Select(name => (Event: name.Split('.')[0], Body: SampleCatalog.Find("github." + name)))
            .Where(sample => sample.Body is not null)
            .Select(sample => (sample.Event, Body: Encoding.UTF8.GetString(sample.Body!)))
            .ToList();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < Deliveries;)
            {
                var (name, body) = samples[i % samples.Count];

                // Many repositories, as many subjects.
                await bot.SendGitHubAsync(name, body.Replace("acme/shop", $"acme/shop-{i % 500}", StringComparison.Ordinal), $"burst-{round}-{i}");
            }
        }));
    }
}
