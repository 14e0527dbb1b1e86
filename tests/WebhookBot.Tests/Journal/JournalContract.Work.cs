using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Tests.Journal;

/// <summary>What every journal does: retries, leases, lists, and what stays after a restart.</summary>
public abstract partial class JournalContract
{
    [Fact]
    public async Task Gives_due_actions_out_longest_due_first()
    {
        foreach (var (id, minutes) in new[] { ("a", 3), ("b", 1), ("c", 2) })
        {
            await Journal.AppendAsync(id);
            await Journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start.AddMinutes(minutes)));
        }

        Assert.Equal(3, Journal.Health.Retrying);
        Assert.Empty(await Journal.DueAsync());
        await ReopenAsync();
        Time.Advance(TimeSpan.FromMinutes(2));
        var due = await Journal.DueAsync();
        Assert.Equal(["key-b", "key-c"], due.Select(lease => lease.Action.Key));
        Assert.All(due, lease => Assert.Equal(1, lease.Attempts));
        Assert.Empty(await Journal.DueAsync());
        Assert.True(await Journal.RecordAsync(due[0], JournalDriver.RetryAt(JournalDriver.Start.AddMinutes(10))));
        Assert.True(await Journal.RecordAsync(due[1], JournalDriver.Succeeded));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("key-a", Assert.Single(await Journal.DueAsync()).Action.Key);
    }

    [Fact]
    public async Task Reads_the_delivery_of_an_action_for_whoever_holds_it()
    {
        await Journal.AppendAsync("a", "subject");
        await Journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start));
        var early = Assert.Single(await Journal.DueAsync());

        var delivery = await Journal.ReadDeliveryAsync(early, Stop);

        Assert.Equal((early.Origin.DeliveryId, "a", "subject"), (delivery!.Id, delivery.SenderId, delivery.Subject));
        Assert.Equal(JournalDriver.Body("a", 600), delivery.Body.ToArray());
        Time.Advance(TimeSpan.FromSeconds(31));
        Assert.NotNull(await Journal.ReadDeliveryAsync(Assert.Single(await Journal.DueAsync()), Stop));
        Assert.Null(await Journal.ReadDeliveryAsync(early, Stop));
    }

    [Fact]
    public async Task Leaves_an_action_that_waits_for_somebody_alone()
    {
        var id = await Journal.AppendAsync("a");
        await Journal.WorkOffAsync(new Attempt(JournalDriver.Start, ActionStatus.Waiting, "approval"));
        Time.Advance(TimeSpan.FromDays(100));
        Assert.Empty(await Journal.DueAsync());
        Assert.Equal(DeliveryStatus.Planned, (await Journal.GetAsync(id)).Status);
    }

    [Fact]
    public async Task Refuses_what_a_late_worker_still_writes()
    {
        await Journal.AppendAsync("a");
        var early = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(early, "k");
        var earlyAction = Assert.Single(await Journal.ActionsAsync(early));
        Time.Advance(TimeSpan.FromSeconds(31));
        var late = await Journal.ClaimOneAsync();
        var lateAction = Assert.Single(await Journal.ActionsAsync(late));
        Assert.True(lateAction.Fence > earlyAction.Fence);
        Assert.False(await Journal.RecordAsync(earlyAction, JournalDriver.Dead));
        Assert.False(await Journal.PostponeAsync(early, JournalDriver.Start, "late", Stop));
        Assert.False(await Journal.GiveUpAsync(early, "late", Stop));
        Assert.Empty(await Journal.ActionsAsync(early));
        await Journal.ReleaseAsync(early);
        Assert.Empty(await Journal.ClaimAsync());
        Assert.True(await Journal.RecordAsync(lateAction, JournalDriver.Succeeded));
        Assert.False(await Journal.RecordAsync(lateAction, JournalDriver.Succeeded));
    }

    [Fact]
    public async Task Keeps_a_renewed_lease()
    {
        await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k");
        var action = Assert.Single(await Journal.ActionsAsync(lease));
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(20));
            await Journal.RenewAsync([lease], [action], Stop);
            Assert.Empty(await Journal.ClaimAsync());
        }

        Assert.True(await Journal.RecordAsync(action, JournalDriver.Succeeded));
    }

    [Fact]
    public async Task Gives_released_work_out_again_at_once()
    {
        await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2");
        var actions = await Journal.ActionsAsync(lease);
        await Journal.RecordAsync(actions[0], JournalDriver.Succeeded);
        await Journal.ReleaseAsync(lease);
        var again = await Journal.ClaimOneAsync();
        Assert.Equal("k2", Assert.Single(await Journal.ActionsAsync(again)).Action.Key);
        Assert.False(await Journal.RecordAsync(actions[1], JournalDriver.Succeeded));
    }

    [Fact]
    public async Task Keeps_a_bookmark_with_its_attempt_and_only_the_last_one()
    {
        Assert.Null(await Journal.RecallAsync("slack:1", Stop));
        await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2");
        var actions = await Journal.ActionsAsync(lease);
        await Journal.RecordAsync(actions[0], JournalDriver.Succeeded, new Bookmark("slack:1", "ts1"));
        await Journal.RecordAsync(actions[1], JournalDriver.Succeeded, new Bookmark("slack:1", "ts2"));
        Assert.False(await Journal.RecordAsync(actions[1], JournalDriver.Succeeded, new Bookmark("slack:1", "ts3")));
        await ReopenAsync();
        Assert.Equal(new Bookmark("slack:1", "ts2"), await Journal.RecallAsync("slack:1", Stop));
    }

    [Fact]
    public async Task Ends_waiting_when_something_comes_or_falls_due()
    {
        var idle = Journal.WaitForWorkAsync(Stop);
        Assert.False(idle.IsCompleted);
        await Journal.AppendAsync("a");
        await idle.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        await Journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start.AddSeconds(40)));
        var waiting = Journal.WaitForWorkAsync(Stop);
        Assert.False(waiting.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(40));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.Single(await Journal.DueAsync());
    }

    [Fact]
    public async Task Lists_newest_first_by_every_filter_and_in_pages()
    {
        for (var i = 0; i < 25; i++)
        {
            var draft = JournalDriver.Draft("d" + i, "s" + (i % 2), i % 5 == 0 ? "gitea" : "github");
            await Journal.AppendAsync(draft with { ReceivedAt = JournalDriver.Start.AddMinutes(i) }, Stop);
        }

        var first = (await Journal.ClaimAsync(1))[0];
        await Journal.PlanAsync(first, "k");
        var all = await Journal.ListAllAsync(new DeliveryQuery { Limit = 7 });
        Assert.Equal(25, all.Count);
        Assert.Equal(all.OrderByDescending(one => one.Sequence).Select(one => one.Id), all.Select(one => one.Id));
        Assert.Equal(5, (await Journal.ListAllAsync(new DeliveryQuery { Source = "gitea" })).Count);
        Assert.Equal(20, (await Journal.ListAllAsync(new DeliveryQuery { Event = "github.*", Limit = 3 })).Count);
        Assert.Equal(5, (await Journal.ListAllAsync(new DeliveryQuery { Event = "gitea.pull_request.opened" })).Count);
        Assert.Equal(12, (await Journal.ListAllAsync(new DeliveryQuery { Subject = "s1" })).Count);
        Assert.Equal(3, (await Journal.ListAllAsync(new DeliveryQuery { Since = JournalDriver.Start.AddMinutes(22) })).Count);
        Assert.Equal(first.Delivery.Id, Assert.Single(await Journal.ListAllAsync(new DeliveryQuery { Rule = "docs" })).Id);
        Assert.Equal(first.Delivery.Id, Assert.Single(await Journal.ListAllAsync(new DeliveryQuery { Status = DeliveryStatus.Planned })).Id);
        Assert.Empty(await Journal.ListAllAsync(new DeliveryQuery { Rule = "other" }));
    }

    [Fact]
    public async Task Tells_ignored_from_done()
    {
        foreach (var (id, matched, status) in new[] { ("no", Truth.False, DeliveryStatus.Ignored), ("yes", Truth.True, DeliveryStatus.Done) })
        {
            var held = await Journal.AppendAsync(id);
            var lease = await Journal.ClaimOneAsync();
            await Journal.SavePlanAsync(lease, JournalDriver.Plan() with { Rules = [JournalDriver.Explain("r", matched)] }, Stop);
            await Journal.ReleaseAsync(lease);
            Assert.Equal(status, (await Journal.GetAsync(held)).Status);
            Assert.Equal(0, Journal.Health.Unfinished);
        }
    }

    [Fact]
    public async Task Keeps_everything_over_a_restart()
    {
        var done = await Journal.AppendAsync("done");
        await Journal.WorkOffAsync(JournalDriver.Succeeded);
        await Journal.AppendAsync("decided", "s");
        var decided = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(decided, "k1", "k2");
        await Journal.RecordAsync((await Journal.ActionsAsync(decided))[0], JournalDriver.Succeeded);
        await Journal.AppendAsync("behind", "s");
        await ReopenAsync();
        var again = await Journal.ClaimOneAsync();
        Assert.Equal("decided", again.Delivery.SenderId);
        Assert.Equal("k2", Assert.Single(await Journal.ActionsAsync(again)).Action.Key);
        Assert.False(await Journal.GiveUpAsync(decided, "late", Stop));
        Assert.Equal(DeliveryStatus.Done, (await Journal.GetAsync(done)).Status);
        Assert.Equal(3, (await Journal.ListAllAsync()).Count);
    }
}
