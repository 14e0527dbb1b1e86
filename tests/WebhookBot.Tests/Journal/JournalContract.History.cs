using System.Text.Json;
using WebhookBot.Journal;

namespace WebhookBot.Tests.Journal;

/// <summary>What every journal does: giving out the newest deliveries one after the other.</summary>
public abstract partial class JournalContract
{
    [Fact]
    public async Task Reads_the_newest_first_and_each_as_it_is_found_by_its_id()
    {
        // What becomes of the early ones stands far behind them, and small segments hold a few records each.
        await Journal.AppendAsync("retried", "s1");
        var retried = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(retried, "k1", "k2");
        var actions = await Journal.ActionsAsync(retried);
        await Journal.RecordAsync(actions[0], JournalDriver.RetryAt(JournalDriver.Start.AddHours(1)));
        await Journal.RecordAsync(actions[1], JournalDriver.Succeeded);
        await Journal.ReleaseAsync(retried);
        await Journal.AppendAsync("given up");
        await Journal.GiveUpAsync(await Journal.ClaimOneAsync(), "no", Stop);
        for (var i = 0; i < 12; i++)
        {
            await Journal.AppendAsync("d" + i);
            await Journal.WorkOffAsync(JournalDriver.Succeeded);
        }

        await Journal.AppendAsync("d3");
        await Journal.AppendAsync("given up");
        Time.Advance(TimeSpan.FromHours(1));
        await Journal.RecordAsync(Assert.Single(await Journal.DueAsync()), JournalDriver.Dead);
        await Journal.AppendAsync("last");

        await AssertReadAsFoundAsync(15);
        await ReopenAsync();
        await AssertReadAsFoundAsync(15);
        var running = await Journal.ClaimAsync();
        await Journal.PlanAsync(running[^1], "k");
        await Journal.ActionsAsync(running[^1]);
        await AssertReadAsFoundAsync(15);
    }

    [Fact]
    public async Task Reads_no_more_than_was_asked_for()
    {
        for (var i = 0; i < 9; i++)
        {
            await Journal.AppendAsync("d" + i);
        }

        Assert.Equal(["d8", "d7", "d6", "d5"], await SendersAsync(new DeliveryQuery { Limit = 2, Cursor = "1" }, 4));
        Assert.Equal(9, (await SendersAsync(new DeliveryQuery(), 100)).Count);
        Assert.Empty(await SendersAsync(new DeliveryQuery(), 0));
    }

    [Fact]
    public async Task Reads_only_what_passes_the_query()
    {
        for (var i = 0; i < 12; i++)
        {
            var draft = JournalDriver.Draft("d" + i, subject: i % 4 == 0 ? "s" : null, source: i % 3 == 0 ? "gitea" : "github");
            await Journal.AppendAsync(draft with { ReceivedAt = JournalDriver.Start.AddMinutes(i), Event = i % 2 == 0 ? draft.Event : draft.Source + ".push" }, Stop);
        }

        foreach (var lease in (await Journal.ClaimAsync()).Where(lease => lease.Delivery.SenderId is "d5" or "d10"))
        {
            await Journal.PlanAsync(lease, "k" + lease.Delivery.SenderId);
        }

        Assert.Equal(["d9", "d6", "d3", "d0"], await SendersAsync(new DeliveryQuery { Source = "gitea" }, 99));
        Assert.Equal(["d9", "d3"], await SendersAsync(new DeliveryQuery { Event = "gitea.push" }, 99));
        Assert.Equal(["d10", "d8"], await SendersAsync(new DeliveryQuery { Event = "github.pull*" }, 2));
        Assert.Equal(["d8", "d4", "d0"], await SendersAsync(new DeliveryQuery { Subject = "s" }, 99));
        Assert.Equal(["d11", "d10", "d9"], await SendersAsync(new DeliveryQuery { Since = JournalDriver.Start.AddMinutes(9) }, 99));
        Assert.Equal(2, (await SendersAsync(new DeliveryQuery { Rule = "docs" }, 99)).Count);
        Assert.Equal(2, (await SendersAsync(new DeliveryQuery { Status = DeliveryStatus.Planned }, 99)).Count);
        Assert.Empty(await SendersAsync(new DeliveryQuery { Source = "nobody" }, 99));
    }

    [Fact]
    public async Task Reads_what_stood_there_when_it_began_while_more_comes_in()
    {
        for (var i = 0; i < 8; i++)
        {
            await Journal.AppendAsync("d" + i);
        }

        var read = new List<string>();
        await foreach (var record in Journal.ReadLastAsync(new DeliveryQuery(), 100, Stop))
        {
            read.Add(record.Delivery.SenderId);
            await Journal.AppendAsync("later" + read.Count);
        }

        Assert.Equal(["d7", "d6", "d5", "d4", "d3", "d2", "d1", "d0"], read);
    }

    [Fact]
    public async Task Reads_of_many_which_rules_matched_and_of_one_what_each_condition_saw()
    {
        var id = await Journal.AppendAsync("a");
        await Journal.WorkOffAsync(JournalDriver.Succeeded);

        var whole = (await Journal.GetAsync(id)).Plan!;
        var read = (await Journal.ReadLastAsync(new DeliveryQuery(), 1, Stop).ToListAsync(Stop))[0].Plan!;

        Assert.All(whole.Rules, rule => Assert.NotEqual("", rule.Explanation.Condition));
        Assert.All(read.Rules, rule => Assert.Equal("", rule.Explanation.Condition));
        Assert.Equal(whole.Rules.Select(rule => (rule.Rule, rule.Matched)), read.Rules.Select(rule => (rule.Rule, rule.Matched)));
        Assert.Equal(whole.Actions.Select(action => (action.Key, action.Arguments.GetRawText())), read.Actions.Select(action => (action.Key, action.Arguments.GetRawText())));
    }

    [Fact]
    public async Task Stops_reading_when_it_is_told_to()
    {
        await Journal.AppendAsync("a");
        await Journal.AppendAsync("b");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Journal.ReadLastAsync(new DeliveryQuery(), 100, ending.Token))
            {
                await ending.CancelAsync();
            }
        });
    }

    private async Task AssertReadAsFoundAsync(int count)
    {
        var read = 0;
        var before = long.MaxValue;
        await foreach (var record in Journal.ReadLastAsync(new DeliveryQuery(), 1000, Stop))
        {
            Assert.True(record.Delivery.Sequence < before);
            before = record.Delivery.Sequence;
            Assert.Equal(Describe(await Journal.GetAsync(record.Delivery.Id)), Describe(record));
            read++;
        }

        Assert.Equal(count, read);
    }

    // What each condition saw is read of one delivery alone.
    private static string Describe(DeliveryRecord record) =>
        JsonSerializer.Serialize(record with
        {
            Delivery = record.Delivery with { Body = default },
            Plan = record.Plan is { } plan ? plan with { Rules = [.. plan.Rules.Select(rule => JournalDriver.Explain(rule.Rule, rule.Matched))] } : null,
        }) + Convert.ToHexString(record.Delivery.Body.Span);

    private async Task<List<string>> SendersAsync(DeliveryQuery query, int last)
    {
        var senders = new List<string>();
        await foreach (var record in Journal.ReadLastAsync(query, last, Stop))
        {
            senders.Add(record.Delivery.SenderId);
        }

        return senders;
    }
}
