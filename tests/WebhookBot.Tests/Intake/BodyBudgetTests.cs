using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookBot.Intake;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Intake;

/// <summary>Large bodies share what memory there is: who holds much and sends slowly stands in nobody's way but his own.</summary>
public sealed class BodyBudgetTests
{
    private const long Megabyte = 1 << 20;

    private static readonly IPAddress s_greedy = IPAddress.Parse("198.51.100.7");
    private static readonly IPAddress s_honest = IPAddress.Parse("203.0.113.5");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_what_is_given_back_to_whose_address_holds_least()
    {
        var budget = new BodyBudget(40 * Megabyte, new FakeTimeProvider());
        var first = await budget.TakeAsync(25 * Megabyte, s_greedy, s_patience, Stop);
        var greedy = Enumerable.Range(0, 5).Select(_ => budget.TakeAsync(25 * Megabyte, s_greedy, s_patience, Stop).AsTask()).ToList();

        var honest = budget.TakeAsync(Megabyte, s_honest, s_patience, Stop).AsTask();

        Assert.True(honest.IsCompleted);
        (await honest)!.Dispose();
        Assert.DoesNotContain(greedy, task => task.IsCompleted);
        first!.Dispose();
        await await Task.WhenAny(greedy);
        Assert.Equal((1, 25 * Megabyte), (greedy.Count(task => task.IsCompleted), budget.Taken));
    }

    [Fact]
    public async Task Gives_back_what_nobody_waits_for_any_more()
    {
        var clock = new FakeTimeProvider();
        var budget = new BodyBudget(40 * Megabyte, clock);
        var held = await budget.TakeAsync(30 * Megabyte, s_greedy, s_patience, Stop);
        var late = budget.TakeAsync(25 * Megabyte, s_greedy, s_patience, Stop).AsTask();
        clock.Advance(s_patience);
        Assert.Null(await late);

        held!.Dispose();

        Assert.Equal(0, budget.Taken);
        using var all = await budget.TakeAsync(40 * Megabyte, null, s_patience, Stop);
        Assert.NotNull(all);
    }

    [Fact]
    public async Task Takes_a_large_body_in_time_although_others_send_theirs_by_drops()
    {
        await using var bot = await RunningBot.StartAsync();
        var server = bot.Client.BaseAddress!;
        var began = TimeProvider.System.GetTimestamp();
        var slow = Enumerable.Range(0, 3).Select(_ => RawHttp.SendAsync(server, RawHttp.Begin("/hooks/github", 25 << 20, RawHttp.GitHubHeaders([])), DripAsync)).ToList();
        await Poll.UntilAsync(() => bot.Services.GetRequiredService<IntakeEndpoint>().BodyBytes > 0);

        var body = $$"""{"x":"{{new string('x', 20 << 20)}}"}""";
        await bot.SendGitHubAsync("push", body);

        // Each who holds something has three seconds to show that he means it.
        var answers = await Task.WhenAll(slow);
        Assert.All(answers, answer => Assert.True(answer.Status is 503 or 400 or 408 or 0, answer.Text));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 45);
    }

    private static async Task DripAsync(Stream stream)
    {
        var drop = new byte[4000];
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (var i = 0; i < 200 && await ticks.WaitForNextTickAsync(Stop); i++)
        {
            await stream.WriteAsync(drop, Stop);
        }
    }
}
