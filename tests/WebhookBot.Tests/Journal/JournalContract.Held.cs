using WebhookBot.Journal;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Tests.Journal;

/// <summary>What every journal does: actions that wait under a key, marks that count, texts that are kept.</summary>
public abstract partial class JournalContract
{
    private static readonly DateTimeOffset Later = JournalDriver.Start.AddHours(1);

    [Fact]
    public async Task Holds_an_action_until_its_time_and_shows_it_under_its_key()
    {
        var a = await HoldAsync("a", "k");
        var b = await HoldAsync("b", "k", batch: "0123456789abcdef0123456789abcdef");
        await HoldAsync("c", "other");
        for (var round = 0; round < 2; round++)
        {
            var held = await Journal.FindHeldAsync("k", Stop);
            Assert.Equal([a, b], held.Select(h => h.Origin.DeliveryId));
            Assert.Equal([null, "0123456789abcdef0123456789abcdef"], held.Select(h => h.Batch));
            Assert.All(held, h => Assert.Equal((Later, 0), (h.Due, h.Index)));
            Assert.Empty(await Journal.DueAsync());
            Assert.Equal((DeliveryStatus.Planned, ActionStatus.Waiting), ((await Journal.GetAsync(a)).Status, (await Journal.GetAsync(a)).Actions[0].Status));
            await ReopenAsync();
        }

        Time.Advance(TimeSpan.FromHours(1));
        var due = await Journal.DueAsync();
        Assert.Equal(["key-a", "key-b", "key-c"], due.Select(l => l.Action.Key));
        Assert.All(due, l => Assert.Equal(0, l.Attempts));
        Assert.Equal(2, (await Journal.FindHeldAsync("k", Stop)).Count);
        Assert.True(await Journal.RecordAsync(due[0], JournalDriver.Succeeded));
        Assert.Equal(b, Assert.Single(await Journal.FindHeldAsync("k", Stop)).Origin.DeliveryId);
        await ReopenAsync();
        Assert.Equal(b, Assert.Single(await Journal.FindHeldAsync("k", Stop)).Origin.DeliveryId);
    }

    [Fact]
    public async Task Gives_an_action_that_waits_to_one_who_calls_it_off_and_to_nobody_else()
    {
        var id = await HoldAsync("a", "k");
        var held = Assert.Single(await Journal.FindHeldAsync("k", Stop));

        var claimed = await Journal.ClaimHeldAsync(held, Stop);
        Assert.Equal("key-a", claimed!.Action.Key);
        Assert.Null(await Journal.ClaimHeldAsync(held, Stop));
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await Journal.RecordAsync(claimed, new Attempt(JournalDriver.Start, ActionStatus.Skipped, "called off")));

        Assert.Empty(await Journal.FindHeldAsync("k", Stop));
        Assert.Null(await Journal.ClaimHeldAsync(held, Stop));
        Assert.Equal(DeliveryStatus.Done, (await Journal.GetAsync(id)).Status);
        Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await Journal.DueAsync());
    }

    [Fact]
    public async Task Gives_a_held_action_back_when_whoever_claimed_it_is_gone()
    {
        await HoldAsync("a", "k");
        var held = Assert.Single(await Journal.FindHeldAsync("k", Stop));
        var claimed = await Journal.ClaimHeldAsync(held, Stop);
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal("key-a", Assert.Single(await Journal.DueAsync()).Action.Key);
        Assert.False(await Journal.RecordAsync(claimed!, JournalDriver.Succeeded));
    }

    [Fact]
    public async Task Waiting_longer_is_no_attempt()
    {
        await HoldAsync("a", "k");
        Time.Advance(TimeSpan.FromHours(1));
        var due = Assert.Single(await Journal.DueAsync());
        Assert.True(await Journal.RecordAsync(due, new Attempt(Later, ActionStatus.Waiting, "not yet", Later.AddHours(1))));
        await ReopenAsync();
        Assert.Equal(Later.AddHours(1), Assert.Single(await Journal.FindHeldAsync("k", Stop)).Due);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, Assert.Single(await Journal.DueAsync()).Attempts);
    }

    [Fact]
    public async Task Waiting_on_for_the_same_is_not_written_again_and_is_looked_at_at_its_new_time()
    {
        var id = await HoldAsync("a", "k");
        Time.Advance(TimeSpan.FromHours(1));
        foreach (var (words, hour) in new[] { ("it is down", 1), ("it is down", 2), ("not its turn", 3), ("not its turn", 4) })
        {
            var due = Assert.Single(await Journal.DueAsync());
            Assert.True(await Journal.PutOffAsync(due, new Attempt(Time.GetUtcNow(), ActionStatus.Waiting, words, Later.AddHours(hour)), Stop));
            Assert.False(await Journal.PutOffAsync(due, new Attempt(Time.GetUtcNow(), ActionStatus.Waiting, words, Later.AddHours(hour)), Stop));
            Assert.Equal(Later.AddHours(hour), (await Journal.GetAsync(id)).Actions[0].Attempts[^1].NextAt);
            Assert.Empty(await Journal.DueAsync());
            Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(["it is down", "not its turn"], (await Journal.GetAsync(id)).Actions[0].Attempts.Select(a => a.Detail));
        await ReopenAsync();
        Assert.Equal(0, Assert.Single(await Journal.DueAsync()).Attempts);
    }

    [Fact]
    public async Task What_need_not_be_looked_at_yet_is_not_given_out_and_is_found_again_after_a_start()
    {
        for (var i = 0; i < 1_200; i++)
        {
            await HoldAsync($"{i}", "k");
        }

        Time.Advance(TimeSpan.FromHours(1));
        var due = Assert.Single(await Journal.ClaimDueActionsAsync(10, a => a.Sequence < 1_200 ? Later.AddHours(1) : null, Stop));
        Assert.Equal("key-1199", due.Action.Key);
        Assert.True(await Journal.RecordAsync(due, JournalDriver.Succeeded));
        Assert.Empty(await Journal.DueAsync());
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("key-0", (await Journal.DueAsync(1))[0].Action.Key);
        await ReopenAsync();
        Assert.Equal(Enumerable.Range(0, 1_199).Select(i => $"key-{i}"), (await Journal.DueAsync(2_000)).Select(l => l.Action.Key));
    }

    [Fact]
    public async Task Counts_the_marks_of_saved_plans_since_a_time_and_forgets_what_has_ended()
    {
        for (var i = 0; i < 3; i++)
        {
            var at = JournalDriver.Start.AddMinutes(i * 10);
            await SaveAsync($"{i}", JournalDriver.Plan() with { Marks = [new Mark("k", at, at.AddHours(1)), new Mark("other", at, JournalDriver.Start)] });
        }

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal([3, 2, 0, 0], await CountAsync(("k", -1), ("k", 5), ("k", 20), ("nobody", -1)));
            Assert.Equal([0], await CountAsync(("other", -1)));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Keeps_a_text_that_belongs_to_no_attempt()
    {
        await Journal.KeepAsync(new Bookmark("schedule", "first"), Stop);
        await Journal.KeepAsync(new Bookmark("schedule", "second ü"), Stop);
        Assert.Equal(new Bookmark("schedule", "second ü"), await Journal.RecallAsync("schedule", Stop));
        await ReopenAsync();
        Assert.Equal(new Bookmark("schedule", "second ü"), await Journal.RecallAsync("schedule", Stop));
        Assert.Null(await Journal.RecallAsync("another", Stop));
        Assert.Empty((await Journal.ListAsync(new DeliveryQuery(), Stop)).Items);
    }

    private async Task<string> HoldAsync(string id, string key, string? batch = null)
    {
        var plan = JournalDriver.Plan("key-" + id);
        return await SaveAsync(id, plan with { Actions = [plan.Actions[0] with { NotBefore = Later, Hold = new Hold { Key = key, Batch = batch } }] });
    }

    private async Task<string> SaveAsync(string senderId, Plan plan)
    {
        var id = await Journal.AppendAsync(senderId);
        var lease = await Journal.ClaimOneAsync();
        Assert.Equal(plan, await Journal.SavePlanAsync(lease, plan, Stop));
        Assert.Empty(await Journal.ActionsAsync(lease));
        await Journal.ReleaseAsync(lease);
        return id;
    }

    private Task<IReadOnlyList<int>> CountAsync(params (string Key, int Minute)[] marks) =>
        Journal.CountMarksAsync([.. marks.Select(m => new MarkQuery(m.Key, JournalDriver.Start.AddMinutes(m.Minute)))], Stop);
}
