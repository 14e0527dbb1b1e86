using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Tests.Journal;

/// <summary>What every journal does: taking in and giving out. Each journal derives its own test from it.</summary>
public abstract partial class JournalContract : IAsyncLifetime
{
    private protected FakeTimeProvider Time { get; } = new(JournalDriver.Start);

    private protected IJournal Journal { get; private set; } = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Journal = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(Journal);
        RemoveFiles();
        GC.SuppressFinalize(this);
    }

    private protected abstract ValueTask<IJournal> OpenAsync();

    private protected abstract ValueTask CloseAsync(IJournal journal);

    private protected abstract void RemoveFiles();

    private async Task ReopenAsync()
    {
        await CloseAsync(Journal);
        Journal = await OpenAsync();
    }

    [Fact]
    public async Task Keeps_a_harmless_senders_id_and_makes_one_in_place_of_any_other()
    {
        Assert.Equal("72d3162e-cc78-11e3-81ab-4c9367dc0958", await Journal.AppendAsync("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
        Assert.Matches("^[0-9A-Z]{26}$", await Journal.AppendAsync("../../etc/passwd"));
        var other = await Journal.AppendAsync(JournalDriver.Draft("72d3162e-cc78-11e3-81ab-4c9367dc0958", source: "gitea"), Stop);
        Assert.False(other.IsDuplicate);
        Assert.Matches("^[0-9A-Z]{26}$", other.Id);
    }

    [Fact]
    public async Task Answers_a_copy_with_the_first_ones_id_and_counts_it()
    {
        var first = await Journal.AppendAsync("short");
        var copy = await Journal.AppendAsync(JournalDriver.Draft("short"), Stop);
        Assert.Equal(new AppendReceipt(first, true), copy);
        await ReopenAsync();
        Assert.Equal(new AppendReceipt(first, true), await Journal.AppendAsync(JournalDriver.Draft("short"), Stop));
        Assert.Equal(2, (await Journal.GetAsync(first)).Duplicates);
        Assert.Equal(2, Assert.Single(await Journal.ListAllAsync()).Duplicates);
        Assert.Single(await Journal.ClaimAsync());
    }

    [Fact]
    public async Task Takes_the_same_id_again_after_its_window()
    {
        var draft = JournalDriver.Draft("0123456789abcdef") with { DedupeWindow = TimeSpan.FromHours(1) };
        var first = await Journal.AppendAsync(draft, Stop);
        Assert.True((await Journal.AppendAsync(draft with { ReceivedAt = JournalDriver.Start.AddMinutes(59) }, Stop)).IsDuplicate);
        var again = await Journal.AppendAsync(draft with { ReceivedAt = JournalDriver.Start.AddMinutes(61) }, Stop);
        Assert.False(again.IsDuplicate);
        Assert.NotEqual(first.Id, again.Id);
    }

    [Fact]
    public async Task Gives_each_of_many_simultaneous_copies_the_same_one_delivery()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            await Task.Yield();
            var mine = new List<AppendReceipt>();
            for (var i = 0; i < 20; i++)
            {
                mine.Add(await Journal.AppendAsync(JournalDriver.Draft("id" + i), Stop));
            }

            return mine;
        }));
        for (var i = 0; i < 20; i++)
        {
            Assert.Single(receipts, one => !one[i].IsDuplicate);
            Assert.Single(receipts.Select(one => one[i].Id).Distinct());
        }

        Assert.Equal(20, (await Journal.ListAllAsync()).Count);
    }

    [Fact]
    public async Task Returns_hostile_ids_and_headers_as_they_came()
    {
        var draft = JournalDriver.Draft("\ud800\0\r\n{\"$oid\":1}\u202e😀", subject: "a\0b\ud801") with
        {
            Headers = [new("X-\u0000", "\r\nSet-Cookie: a"), new("", ""), new("X", new string('ä', 70_000)), new("X", "\udfff")],
        };
        var twin = draft with { SenderId = "\ud802\0\r\n{\"$oid\":1}\u202e😀" };
        var id = (await Journal.AppendAsync(draft, Stop)).Id;
        Assert.False((await Journal.AppendAsync(twin, Stop)).IsDuplicate);
        await ReopenAsync();
        var found = (await Journal.GetAsync(id)).Delivery;
        Assert.Equal(draft.SenderId, found.SenderId);
        Assert.Equal(draft.Subject, found.Subject);
        Assert.Equal(draft.Headers, found.Headers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(513)]
    [InlineData(1 << 20)]
    [InlineData(25 << 20)]
    public async Task Returns_a_body_byte_by_byte(int size)
    {
        var draft = JournalDriver.Draft("big", size: size);
        var noise = draft with { SenderId = "noise", Body = new byte[size] };
        new Random(7).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsMemory(noise.Body).Span);
        foreach (var one in new[] { draft, noise })
        {
            var id = (await Journal.AppendAsync(one, Stop)).Id;
            Assert.True((await Journal.GetAsync(id)).Delivery.Body.Span.SequenceEqual(one.Body.Span));
        }

        await ReopenAsync();
        foreach (var lease in await Journal.ClaimAsync())
        {
            Assert.True(lease.Delivery.Body.Span.SequenceEqual((lease.Delivery.SenderId == "big" ? draft : noise).Body.Span));
        }
    }

    [Fact]
    public async Task Gives_one_subjects_deliveries_out_one_after_the_other_and_others_beside_them()
    {
        await Journal.AppendAsync("a1", "a");
        await Journal.AppendAsync("a2", "a");
        await Journal.AppendAsync("b1", "b");
        await Journal.AppendAsync("n1");
        await Journal.AppendAsync("n2");
        var claimed = await Journal.ClaimAsync();
        Assert.Equal(["a1", "b1", "n1", "n2"], claimed.Select(lease => lease.Delivery.SenderId));
        Assert.Empty(await Journal.ClaimAsync());

        await Journal.PlanAsync(claimed[0], "k1", "k2");
        Assert.Empty(await Journal.ClaimAsync());
        var actions = await Journal.ActionsAsync(claimed[0]);
        Assert.Equal(["k1", "k2"], actions.Select(lease => lease.Action.Key));
        await Journal.RecordAsync(actions[0], JournalDriver.Succeeded);
        Assert.Empty(await Journal.ClaimAsync());
        await Journal.RecordAsync(actions[1], JournalDriver.RetryAt(JournalDriver.Start.AddHours(1)));
        await Journal.ReleaseAsync(claimed[0]);
        Assert.Equal("a2", (await Journal.ClaimOneAsync()).Delivery.SenderId);
    }

    [Fact]
    public async Task Keeps_the_first_plan()
    {
        await Journal.AppendAsync("a");
        var early = await Journal.ClaimOneAsync();
        Assert.Equal("first", (await Journal.PlanAsync(early, "first"))!.Actions[0].Key);
        Assert.Equal("first", (await Journal.PlanAsync(early, "second"))!.Actions[0].Key);

        Time.Advance(TimeSpan.FromSeconds(31));
        var late = await Journal.ClaimOneAsync();
        Assert.Equal("first", late.Plan!.Actions[0].Key);
        Assert.True(late.Fence > early.Fence);
        Assert.Null(await Journal.PlanAsync(early, "third"));
        Assert.Equal("first", (await Journal.PlanAsync(late, "fourth"))!.Actions[0].Key);
    }

    [Fact]
    public async Task Puts_a_delivery_off_until_its_time()
    {
        var id = await Journal.AppendAsync("a", "s");
        await Journal.AppendAsync("b", "s");
        var lease = await Journal.ClaimOneAsync();
        Assert.True(await Journal.PostponeAsync(lease, JournalDriver.Start.AddMinutes(1), "GitHub is down", Stop));
        Assert.False(await Journal.PostponeAsync(lease, JournalDriver.Start, "again", Stop));
        Assert.Empty(await Journal.ClaimAsync());
        Assert.Equal(DeliveryStatus.Retrying, (await Journal.GetAsync(id)).Status);
        Assert.Equal("GitHub is down", (await Journal.GetAsync(id)).Problem);
        await ReopenAsync();
        Assert.Empty(await Journal.ClaimAsync());
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await Journal.ClaimOneAsync()).Postponed);
    }

    [Fact]
    public async Task Gives_a_delivery_up_and_lets_the_next_one_pass()
    {
        var id = await Journal.AppendAsync("a", "s");
        await Journal.AppendAsync("b", "s");
        Assert.True(await Journal.GiveUpAsync(await Journal.ClaimOneAsync(), "no such thing", Stop));
        Assert.Equal("b", (await Journal.ClaimOneAsync()).Delivery.SenderId);
        await ReopenAsync();
        var record = await Journal.GetAsync(id);
        Assert.Equal((DeliveryStatus.Dead, "no such thing"), (record.Status, record.Problem));
        Assert.Equal(1, Journal.Health.Unfinished);
    }

    [Fact]
    public async Task Works_on_a_dead_delivery_again_when_its_sender_repeats_it()
    {
        var id = await Journal.AppendAsync("a");
        await Journal.GiveUpAsync(await Journal.ClaimOneAsync(), "no", Stop);
        Assert.True((await Journal.AppendAsync(JournalDriver.Draft("a"), Stop)).IsDuplicate);
        await Journal.WorkOffAsync(JournalDriver.Dead);
        Assert.Equal(DeliveryStatus.Dead, (await Journal.GetAsync(id)).Status);
        await Journal.AppendAsync("a");
        await ReopenAsync();
        await Journal.WorkOffAsync(JournalDriver.Succeeded);
        await Journal.AppendAsync("a");
        Assert.Empty(await Journal.ClaimAsync());
        var record = await Journal.GetAsync(id);
        Assert.Equal((DeliveryStatus.Done, 3), (record.Status, record.Duplicates));
        Assert.Equal(2, record.Actions[0].Attempts.Count);
    }

    [Fact]
    public async Task Explains_what_became_of_a_delivery()
    {
        var id = await Journal.AppendAsync("a");
        var lease = await Journal.ClaimOneAsync();
        Assert.Equal(DeliveryStatus.Received, (await Journal.GetAsync(id)).Status);
        await Journal.PlanAsync(lease, "k1", "k2");
        var actions = await Journal.ActionsAsync(lease);
        Assert.Equal(DeliveryStatus.Planned, (await Journal.GetAsync(id)).Status);
        await Journal.RecordAsync(actions[0], JournalDriver.Dead);
        await Journal.RecordAsync(actions[1], JournalDriver.Succeeded);
        await Journal.ReleaseAsync(lease);
        var record = await Journal.GetAsync(id);
        Assert.Equal(DeliveryStatus.Dead, record.Status);
        Assert.Equal([ActionStatus.Dead, ActionStatus.Succeeded], record.Actions.Select(action => action.Status));
        Assert.Equal(JournalDriver.Dead, Assert.Single(record.Actions[0].Attempts));
        Assert.Equal("hällo", record.Plan!.Actions[0].Arguments.GetProperty("text").GetString());
        Assert.Equal(Truth.True, record.Plan.Rules[0].Matched);
        Assert.Null(await Journal.FindAsync("nobody", Stop));
    }
}
