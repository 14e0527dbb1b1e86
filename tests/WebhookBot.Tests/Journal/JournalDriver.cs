using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Tests.Journal;

/// <summary>Speaks to a journal in deliveries, plans and attempts.</summary>
internal static class JournalDriver
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonElement s_arguments = JsonSerializer.SerializeToElement(new { channel = "#ops", text = "hällo" });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static DeliveryDraft Draft(string senderId, string? subject = null, string source = "github", int size = 600) => new()
    {
        Source = source,
        SenderId = senderId,
        Event = source + ".pull_request.opened",
        Subject = subject,
        ReceivedAt = Start,
        Headers = [new("X-GitHub-Event", "pull_request")],
        Body = Body(senderId, size),
    };

    public static byte[] Body(string seed, int size)
    {
        var body = new byte[size];
        new Random(seed.Sum(letter => letter)).NextBytes(body.AsSpan(0, size / 2));
        return body;
    }

    public static Plan Plan(params string[] keys) => new()
    {
        RuleSet = "hash",
        Rules = [Explain("docs", keys.Length > 0 ? Truth.True : Truth.False)],
        Actions = [.. keys.Select(key => new PlannedAction { Key = key, Rule = "docs", Action = "slack.post", Arguments = s_arguments })],
    };

    public static RuleExplanation Explain(string rule, Truth matched) => new()
    {
        Rule = rule,
        Matched = matched,
        Explanation = new Explanation { Condition = "pull_request.draft: false", Result = matched, Seen = "false" },
    };

    public static Attempt Succeeded => new(Start, ActionStatus.Succeeded, "posted");

    public static Attempt Dead => new(Start, ActionStatus.Dead, "no such channel");

    public static Attempt RetryAt(DateTimeOffset at) => new(Start, ActionStatus.Retrying, "503", at);

    public static async Task<string> AppendAsync(this IJournal journal, string senderId, string? subject = null) =>
        (await journal.AppendAsync(Draft(senderId, subject), Stop)).Id;

    public static async Task<IReadOnlyList<DeliveryLease>> ClaimAsync(this IJournal journal, int max = 100) =>
        await journal.ClaimDeliveriesAsync(max, Stop);

    public static async Task<DeliveryLease> ClaimOneAsync(this IJournal journal) => Assert.Single(await journal.ClaimAsync());

    public static Task<Plan?> PlanAsync(this IJournal journal, DeliveryLease lease, params string[] keys) =>
        journal.SavePlanAsync(lease, Plan(keys), Stop);

    public static Task<IReadOnlyList<ActionLease>> ActionsAsync(this IJournal journal, DeliveryLease lease) =>
        journal.ClaimActionsAsync(lease, Stop);

    public static Task<IReadOnlyList<ActionLease>> DueAsync(this IJournal journal, int max = 100) => journal.ClaimDueActionsAsync(max, _ => null, Stop);

    public static Task<bool> RecordAsync(this IJournal journal, ActionLease lease, Attempt attempt, Bookmark? bookmark = null) =>
        journal.RecordAttemptAsync(lease, attempt, bookmark, Stop);

    public static Task ReleaseAsync(this IJournal journal, DeliveryLease lease) => journal.ReleaseAsync(lease, Stop);

    /// <summary>Decides the one delivery that can be claimed and tries its one action.</summary>
    public static async Task<DeliveryLease> WorkOffAsync(this IJournal journal, Attempt attempt)
    {
        var lease = await journal.ClaimOneAsync();
        await journal.PlanAsync(lease, "key-" + lease.Delivery.SenderId);
        foreach (var action in await journal.ActionsAsync(lease))
        {
            Assert.True(await journal.RecordAsync(action, attempt));
        }

        await journal.ReleaseAsync(lease);
        return lease;
    }

    public static async Task<DeliveryRecord> GetAsync(this IJournal journal, string id)
    {
        var record = await journal.FindAsync(id, Stop);
        Assert.NotNull(record);
        return record;
    }

    public static async Task<List<DeliverySummary>> ListAllAsync(this IJournal journal, DeliveryQuery? query = null)
    {
        var all = new List<DeliverySummary>();
        for (var next = query ?? new DeliveryQuery(); ;)
        {
            var page = await journal.ListAsync(next, Stop);
            all.AddRange(page.Items);
            if (page.Next is null)
            {
                return all;
            }

            next = next with { Cursor = page.Next };
        }
    }
}
