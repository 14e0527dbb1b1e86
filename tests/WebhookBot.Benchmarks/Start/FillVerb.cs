using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Benchmarks.Start;

/// <summary>
/// Fills a journal as a child: every delivery is appended, planned and done. Says how many seconds that took; when its input ends it closes
/// the journal, unless it is killed before.
/// </summary>
internal static class FillVerb
{
    public const string Name = "fill";

    private const int AtOnce = 256;
    private const int Bodies = 200;

    public static async Task<int> RunAsync(string folder, int count)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Journal:Path"] = Path.Combine(folder, "journal.db") });
        builder.Services.AddLogging();
        builder.Services.AddJournal();
        using var host = builder.Build();
        await host.StartAsync();
        var journal = host.Services.GetRequiredService<IJournal>();
        var began = Stopwatch.GetTimestamp();
        for (var from = 0; from < count; from += AtOnce)
        {
            await AppendAsync(journal, from, Math.Min(count, from + AtOnce));
            await FinishAsync(journal);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await Console.Out.WriteLineAsync(seconds.ToString("F2", CultureInfo.InvariantCulture));
        await Console.In.ReadLineAsync();
        await host.StopAsync();
        return 0;
    }

    private static Task<AppendReceipt[]> AppendAsync(IJournal journal, int from, int to) => Task.WhenAll(Enumerable.Range(from, to - from).Select(i =>
        journal.AppendAsync(
            new DeliveryDraft
            {
                Source = "github",
                SenderId = new Guid(i, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]).ToString(),
                Event = "github.pull_request.opened",
                Subject = $"github:acme/shop#{i % 5000}",
                ReceivedAt = DateTimeOffset.UtcNow,
                Headers = Headers,
                Body = Body(i),
            },
            CancellationToken.None).AsTask()));

    private static async Task FinishAsync(IJournal journal)
    {
        while (await journal.ClaimDeliveriesAsync(AtOnce, CancellationToken.None) is { Count: > 0 } claimed)
        {
            await Task.WhenAll(claimed.Select(lease => FinishAsync(journal, lease)));
        }
    }

    private static async Task FinishAsync(IJournal journal, DeliveryLease lease)
    {
        await journal.SavePlanAsync(lease, PlanOf(lease.Delivery), CancellationToken.None);
        foreach (var action in await journal.ClaimActionsAsync(lease, CancellationToken.None))
        {
            await journal.RecordAttemptAsync(action, new Attempt(DateTimeOffset.UtcNow, ActionStatus.Succeeded, "posted to #dev"), null, CancellationToken.None);
        }

        await journal.ReleaseAsync(lease, CancellationToken.None);
    }

    private static readonly KeyValuePair<string, string>[] Headers =
    [
        new("User-Agent", "GitHub-Hookshot/0000000"), new("Content-Type", "application/json"), new("X-GitHub-Event", "pull_request"),
        new("X-GitHub-Hook-ID", "292430182"), new("X-Hub-Signature-256", $"sha256={new string('0', 64)}"),
    ];

    private static readonly byte[]?[] s_bodies = new byte[Bodies][];

    // From 2 to 10 KB.
    private static byte[] Body(int i) => s_bodies[i % Bodies] ??= PullRequestBody.Create(2500 + (i % Bodies * 39), i % Bodies);

    private static Plan PlanOf(Delivery delivery) => new()
    {
        RuleSet = "0123456789abcdef",
        Rules =
        [
            new RuleExplanation
            {
                Rule = "announce-pull-request",
                Matched = Truth.True,
                Explanation = new Explanation { Condition = "pull_request.draft is true", Result = Truth.True, Seen = "false", At = "rules/pull-requests.yml(17,7)" },
            },
        ],
        Actions =
        [
            new PlannedAction
            {
                Key = IdempotencyKey.For(delivery.Id, "announce-pull-request", "then", 0),
                Rule = "announce-pull-request",
                Action = "slack.post",
                Arguments = Arguments,
            },
        ],
    };

    private static readonly JsonElement Arguments = JsonElement.Parse("""{"channel":"#dev","key":"pull request acme/shop#42","text":"<https://github.com/acme/shop/pull/42|Explain how the checkout retries a payment> by octocat (+31 -12)"}""");
}
