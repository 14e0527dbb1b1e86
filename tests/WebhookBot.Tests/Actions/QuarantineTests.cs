using Microsoft.Extensions.Time.Testing;
using WebhookBot.Actions;

namespace WebhookBot.Tests.Actions;

public sealed class QuarantineTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suspect_waits_for_the_one_before_it_and_innocent_work_for_nobody()
    {
        using var quarantine = new Quarantine(_time);
        var first = await quarantine.EnterAsync(1, Stop);
        var second = quarantine.EnterAsync(2, Stop);

        Assert.Null(await quarantine.EnterAsync(0, Stop));
        Assert.False(second.IsCompleted);
        first!.Dispose();
        (await second)!.Dispose();
        (await quarantine.EnterAsync(1, Stop))!.Dispose();
    }

    [Fact]
    public async Task A_suspect_that_takes_long_keeps_the_next_for_one_turn_only()
    {
        using var quarantine = new Quarantine(_time);
        using var hanging = await quarantine.EnterAsync(1, Stop);
        var second = quarantine.EnterAsync(1, Stop);
        var third = quarantine.EnterAsync(1, Stop);

        _time.Advance(Quarantine.Turn - TimeSpan.FromSeconds(1));
        Assert.False(second.IsCompleted || third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        using var next = await second;

        // Its late end gives nobody a turn twice.
        hanging!.Dispose();
        Assert.False(third.IsCompleted);
        next!.Dispose();
        (await third)!.Dispose();
    }

    [Fact]
    public async Task A_turn_may_end_after_the_bot_did()
    {
        var quarantine = new Quarantine(_time);
        var hanging = await quarantine.EnterAsync(1, Stop);
        var other = await quarantine.EnterAsync(0, Stop);

        quarantine.Dispose();
        _time.Advance(Quarantine.Turn);

        hanging!.Dispose();
        Assert.Null(other);
    }
}
