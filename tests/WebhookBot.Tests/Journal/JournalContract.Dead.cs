using WebhookBot.Journal;

namespace WebhookBot.Tests.Journal;

/// <summary>What every journal does: dead letters, and what a person decides about them.</summary>
public abstract partial class JournalContract
{
    private static readonly Attempt s_again = new(JournalDriver.Start, ActionStatus.Pending, "a person asked");
    private static readonly Attempt s_closed = new(JournalDriver.Start, ActionStatus.Skipped, "seen to by hand");

    [Fact]
    public async Task Lists_dead_letters_newest_first_until_they_are_seen_to()
    {
        foreach (var (id, attempt) in new[] { ("a", JournalDriver.Dead), ("b", JournalDriver.Succeeded), ("c", JournalDriver.Dead), ("d", JournalDriver.RetryAt(Later)), ("e", JournalDriver.Dead) })
        {
            await Journal.AppendAsync(id);
            await Journal.WorkOffAsync(attempt);
        }

        await Journal.AppendAsync("given up");
        await Journal.GiveUpAsync(await Journal.ClaimOneAsync(), "no", Stop);
        for (var round = 0; round < 2; round++)
        {
            var dead = await DeadAsync();
            Assert.Equal(["e", "c", "a"], dead.Select(r => r.Delivery.SenderId));
            Assert.Equal(3, Journal.Health.DeadLetters);
            Assert.All(dead, r => Assert.Equal("no such channel", Assert.Single(r.Actions[0].Attempts).Detail));
            Assert.Equal(["c", "a"], (await DeadAsync(dead[1].Delivery.Sequence)).Select(r => r.Delivery.SenderId));
            await ReopenAsync();
        }

        Assert.True(await Journal.DecideDeadAsync((await DeadAsync())[1].Delivery.Sequence, 0, s_closed, Stop));
        Assert.Equal(["e", "a"], (await DeadAsync()).Select(r => r.Delivery.SenderId));
        Assert.Equal(2, Journal.Health.DeadLetters);
        Assert.True(await Journal.DecideDeadAsync((await DeadAsync())[0].Delivery.Sequence, 0, s_again, Stop));
        Assert.Equal(1, Journal.Health.DeadLetters);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tries_what_is_sent_again_with_fresh_attempts_and_says_that_it_may_be_done_already(bool isReopened)
    {
        await DieAsync("a");
        Assert.True((await Journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);
        if (isReopened)
        {
            await ReopenAsync();
        }

        var action = Assert.Single(await Journal.ActionsAsync(await Journal.ClaimOneAsync()));

        Assert.Equal((0, true), (action.Attempts, action.IsInDoubt));
    }

    [Fact]
    public async Task Doubts_after_a_start_what_can_have_been_begun_and_nothing_else()
    {
        await Journal.AppendAsync("begun");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "begun");
        Assert.False(Assert.Single(await Journal.ActionsAsync(lease)).IsInDoubt);
        await Journal.AppendAsync("waiting");
        await Journal.WorkOffAsync(new Attempt(JournalDriver.Start, ActionStatus.Waiting, "its channel is paced", JournalDriver.Start.AddHours(1)));
        await ReopenAsync();

        Assert.True(Assert.Single(await Journal.ActionsAsync(await Journal.ClaimOneAsync())).IsInDoubt);
        Time.Advance(TimeSpan.FromHours(2));
        Assert.False(Assert.Single(await Journal.DueAsync()).IsInDoubt);
        await ReopenAsync();
        Assert.True(Assert.Single(await Journal.DueAsync()).IsInDoubt);
    }

    [Fact]
    public async Task Tries_a_dead_letter_again_with_fresh_attempts_and_keeps_its_story()
    {
        var (id, sequence) = await DieAsync("a", "s");
        Assert.True(await Journal.DecideDeadAsync(sequence, 0, s_again, Stop));
        for (var round = 0; round < 2; round++)
        {
            var record = await Journal.GetAsync(id);
            Assert.Equal((DeliveryStatus.Planned, ActionStatus.Pending), (record.Status, record.Actions[0].Status));
            Assert.Equal(["503", "no such channel", "a person asked"], record.Actions[0].Attempts.Select(a => a.Detail));
            Assert.Equal(DeliveryStatus.Planned, Assert.Single(await Journal.ListAllAsync()).Status);
            Assert.Equal(1, Journal.Health.Unfinished);
            Assert.Empty(await DeadAsync());
            await ReopenAsync();
        }

        var lease = await Journal.ClaimOneAsync();
        Assert.NotNull(lease.Plan);
        var action = Assert.Single(await Journal.ActionsAsync(lease));
        Assert.Equal(0, action.Attempts);
        Assert.True(await Journal.RecordAsync(action, JournalDriver.Succeeded));
        await Journal.ReleaseAsync(lease);
        Assert.Equal(DeliveryStatus.Done, (await Journal.GetAsync(id)).Status);
    }

    [Fact]
    public async Task Closes_a_dead_letter_with_a_reason_for_good()
    {
        var (id, sequence) = await DieAsync("a");
        Assert.True(await Journal.DecideDeadAsync(sequence, 0, s_closed, Stop));
        for (var round = 0; round < 2; round++)
        {
            var record = await Journal.GetAsync(id);
            Assert.Equal((DeliveryStatus.Done, ActionStatus.Skipped), (record.Status, record.Actions[0].Status));
            Assert.Equal("seen to by hand", record.Actions[0].Attempts[^1].Detail);
            Assert.Equal(DeliveryStatus.Done, Assert.Single(await Journal.ListAllAsync()).Status);
            Assert.Empty(await Journal.ClaimAsync());
            Assert.False(await Journal.DecideDeadAsync(sequence, 0, s_again, Stop));
            await ReopenAsync();
        }

        await Journal.AppendAsync("a");
        Assert.Empty(await Journal.ClaimAsync());
    }

    [Fact]
    public async Task Takes_one_decision_about_a_dead_letter_however_many_come_at_once()
    {
        var (id, sequence) = await DieAsync("a");
        var decided = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Journal.DecideDeadAsync(sequence, 0, i % 2 == 0 ? s_again : s_closed, Stop)));
        Assert.Single(decided, isDone => isDone);
        Assert.Equal(3, (await Journal.GetAsync(id)).Actions[0].Attempts.Count);
        Assert.False(await Journal.DecideDeadAsync(sequence, 1, s_again, Stop));
        Assert.False(await Journal.DecideDeadAsync(sequence + 1000, 0, s_again, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.DecideDeadAsync(sequence, 0, JournalDriver.Succeeded, Stop));
    }

    [Fact]
    public async Task Leaves_the_other_actions_of_a_dead_delivery_alone()
    {
        await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2", "k3");
        foreach (var (action, attempt) in (await Journal.ActionsAsync(lease)).Zip([JournalDriver.Succeeded, JournalDriver.Dead, JournalDriver.Dead]))
        {
            await Journal.RecordAsync(action, attempt);
        }

        await Journal.ReleaseAsync(lease);
        Assert.False(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 0, s_again, Stop));
        Assert.True(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 2, s_again, Stop));
        Assert.Equal("k3", Assert.Single(await Journal.ActionsAsync(await Journal.ClaimOneAsync())).Action.Key);
        Assert.Equal(ActionStatus.Dead, Assert.Single(await DeadAsync()).Actions[1].Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Takes_up_what_was_left_out_for_a_dead_letter_together_with_it(bool isSentAgain)
    {
        var id = await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2", "k3", "k4");
        Attempt[] tries = [JournalDriver.Dead, s_closed with { LeftOutFor = 0 }, s_closed, JournalDriver.Dead];
        foreach (var (action, attempt) in (await Journal.ActionsAsync(lease)).Zip(tries))
        {
            await Journal.RecordAsync(action, attempt);
        }

        await Journal.ReleaseAsync(lease);
        Assert.Equal([null, 0, null, null], (await Journal.GetAsync(id)).Actions.Select(action => action.Attempts[^1].LeftOutFor));
        await ReopenAsync();

        // Of another dead letter nothing was left out.
        Assert.True(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 3, s_again, Stop));
        Assert.Equal(["k4"], await TakeAsync());
        if (isSentAgain)
        {
            Assert.True((await Journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);
        }
        else
        {
            Assert.True(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 0, s_again, Stop));
        }

        await ReopenAsync();
        Assert.Equal(isSentAgain ? ["k1", "k2", "k4"] : ["k1", "k2"], await TakeAsync());
    }

    [Fact]
    public async Task Leaves_out_for_good_what_was_left_out_for_a_dead_letter_that_is_closed()
    {
        await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2", "k3");
        foreach (var (action, attempt) in (await Journal.ActionsAsync(lease)).Zip([JournalDriver.Dead, s_closed with { LeftOutFor = 0 }, JournalDriver.Dead]))
        {
            await Journal.RecordAsync(action, attempt);
        }

        await Journal.ReleaseAsync(lease);
        Assert.True(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 0, s_closed, Stop));
        Assert.True((await Journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);

        Assert.Equal(["k3"], await TakeAsync());
    }

    [Fact]
    public async Task Does_not_leave_out_what_follows_an_action_that_has_been_taken_up_again_meanwhile()
    {
        var id = await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        await Journal.PlanAsync(lease, "k1", "k2");
        var actions = await Journal.ActionsAsync(lease);
        await Journal.RecordAsync(actions[0], JournalDriver.Dead);
        Assert.True(await Journal.DecideDeadAsync(lease.Delivery.Sequence, 0, s_again, Stop));
        await Journal.RecordAsync(actions[1], s_closed with { LeftOutFor = 0 });
        await Journal.ReleaseAsync(lease);

        Assert.Equal([ActionStatus.Pending, ActionStatus.Pending], (await Journal.GetAsync(id)).Actions.Select(action => action.Status));
        var second = (await Journal.ActionsAsync(await Journal.ClaimOneAsync()))[1];
        Assert.Equal(("k2", 0, false), (second.Action.Key, second.Attempts, second.IsInDoubt));
    }

    private async Task<IReadOnlyList<string>> TakeAsync()
    {
        var lease = await Journal.ClaimOneAsync();
        var actions = await Journal.ActionsAsync(lease);
        Assert.All(actions, action => Assert.Equal(0, action.Attempts));
        await Journal.RecordAsync(actions[^1], JournalDriver.Dead);
        await Journal.ReleaseAsync(lease);
        return [.. actions.Select(action => action.Action.Key)];
    }

    private async Task<(string Id, long Sequence)> DieAsync(string sender, string? subject = null)
    {
        var id = await Journal.AppendAsync(sender, subject);
        var lease = await Journal.WorkOffAsync(JournalDriver.RetryAt(JournalDriver.Start));
        Assert.True(await Journal.RecordAsync(Assert.Single(await Journal.DueAsync()), JournalDriver.Dead));
        return (id, lease.Delivery.Sequence);
    }

    private async Task<List<DeliveryRecord>> DeadAsync(long newest = long.MaxValue) => await Journal.ReadDeadAsync(newest, Stop).ToListAsync(Stop);
}
