using System.Collections;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using WebhookBot.Actions;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Retries;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Tests.Retries;

/// <summary>What is known of targets: what says something of them, and that it does not pile up.</summary>
public sealed class TargetTrafficTests
{
    private static readonly ActionTarget Slack = new("slack", "slack", "slack #dev");
    private static readonly ActionOutcome Down = ActionOutcome.Of(CallFault.Down("Slack answered 500", mayHaveHappened: true));

    private static long s_sequence;

    private readonly FakeTimeProvider _clock = new();
    private readonly TargetTraffic _traffic;

    public TargetTrafficTests() => _traffic = new TargetTraffic(
        new BreakerNotice(Substitute.For<IJournal>(), Substitute.For<IRuleSetInForce>(), _clock, NullLogger<BreakerNotice>.Instance),
        new EarlierWaits(Substitute.For<IJournal>(), []),
        _clock,
        new Random(7),
        Options.Create(new ActionsOptions()),
        NullLogger<TargetTraffic>.Instance);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_target_that_is_down_does_not_work_again_because_there_was_nothing_to_do()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await CallAsync(Slack, Down));
        }

        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.True(await CallAsync(Slack, new ActionOutcome.Skipped("a newer event has already updated this message")));
        Assert.Equal("open", Assert.Single(_traffic.Reports()).State);

        Assert.True(await CallAsync(Slack, new ActionOutcome.Succeeded("posted")));
        Assert.Empty(_traffic.Reports());
    }

    [Fact]
    public async Task Forgets_channels_at_rest_however_many_a_sender_names()
    {
        for (var i = 0; i < 20_000; i++)
        {
            Assert.True(await CallAsync(Slack with { Lane = $"slack #pr-{i}" }, new ActionOutcome.Succeeded("posted")));
        }

        var lanes = (IDictionary)typeof(TargetTraffic).GetField("_lanes", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(_traffic)!;
        Assert.InRange(lanes.Count, 1, 1_000);
    }

    // True when it could call.
    private async Task<bool> CallAsync(ActionTarget target, ActionOutcome outcome)
    {
        using var passage = await _traffic.AskAsync(Lease(), target, isDue: false, Stop);
        if (passage.TurnedAway is not null)
        {
            return false;
        }

        await passage.ReportAsync(outcome);
        return true;
    }

    private static ActionLease Lease() => new()
    {
        Action = new PlannedAction { Key = Guid.NewGuid().ToString(), Rule = "r", Action = "slack.post", Arguments = JsonSerializer.SerializeToElement(new { }) },
        Origin = new ActionOrigin("d", Interlocked.Increment(ref s_sequence), "github", "github.push", null, DateTimeOffset.UnixEpoch),
        Index = 0,
        Attempts = 0,
        Fence = 1,
    };
}
