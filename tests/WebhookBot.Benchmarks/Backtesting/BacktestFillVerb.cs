using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Matching;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Benchmarks.Backtesting;

/// <summary>Fills a journal with deliveries of 10 KB that a rule set has decided, as a child that ends when it is done.</summary>
internal static class BacktestFillVerb
{
    public const string Name = "fill-decided";

    private const int AtOnce = 256;
    private const int Bodies = 100;

    public static async Task<int> RunAsync(string folder, int count, int rules)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Journal:Path"] = Path.Combine(folder, "journal.db") });
        builder.Services.AddLogging();
        builder.Services.AddJournal();
        using var host = builder.Build();
        await host.StartAsync();
        var journal = host.Services.GetRequiredService<IJournal>();
        var set = MixedRules.Compile(rules, 0);
        var bodies = Enumerable.Range(0, Bodies).Select(i => PullRequestBody.Create(PullRequestBody.TenKilobytes, i)).ToArray();
        for (var from = 0; from < count; from += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(from, Math.Min(AtOnce, count - from)).Select(i => journal.AppendAsync(Draft(i, bodies[i % Bodies]), CancellationToken.None).AsTask()));
            while (await journal.ClaimDeliveriesAsync(AtOnce, CancellationToken.None) is { Count: > 0 } claimed)
            {
                await Task.WhenAll(claimed.Select(lease => DecideAsync(journal, set, lease)));
            }
        }

        await host.StopAsync();
        await Console.Out.WriteLineAsync("done");
        return 0;
    }

    private static async Task DecideAsync(IJournal journal, RuleSet rules, DeliveryLease lease)
    {
        var delivery = lease.Delivery;
        var e = new WebhookEvent
        {
            DeliveryId = delivery.Id,
            Source = delivery.Source,
            Name = delivery.Event,
            Subject = delivery.Subject,
            ReceivedAt = delivery.ReceivedAt,
            Payload = DeliveryBody.Parse(delivery.Body),
        };
        await journal.SavePlanAsync(lease, Planner.Plan(rules, RuleMatcher.Match(rules, e)), CancellationToken.None);
        foreach (var action in await journal.ClaimActionsAsync(lease, CancellationToken.None))
        {
            await journal.RecordAttemptAsync(action, new Attempt(DateTimeOffset.UtcNow, ActionStatus.Succeeded, "done"), null, CancellationToken.None);
        }

        await journal.ReleaseAsync(lease, CancellationToken.None);
    }

    private static DeliveryDraft Draft(int i, byte[] body) => new()
    {
        Source = "github",
        SenderId = new Guid(i, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]).ToString(),
        Event = "github.pull_request.opened",
        Subject = $"github:acme/shop#{i % 5000}",
        ReceivedAt = DateTimeOffset.UtcNow,
        Headers = [new("X-GitHub-Event", "pull_request"), new("Content-Type", "application/json")],
        Body = body,
    };
}
