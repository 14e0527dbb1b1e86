using System.Diagnostics;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Intake;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>
/// Ten times as many deliveries as it can work off, for a minute: once with calls that take as long as those of Slack and GitHub, which are
/// then what it cannot keep up with, and once with calls that take no time, so that taking deliveries in is.
/// </summary>
internal static class OverloadFault
{
    private const int Factor = 10;

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var (seconds, sustained) = options.IsQuick ? (15, 5) : (60, 20);
        await using (var run = await OverloadRun.StartAsync("calls of 100 ms", scratch.Sub("slow"), TimeSpan.FromMilliseconds(100), sustained / 2))
        {
            var idle = await run.CloseAsync(1);
            var sustainable = idle.Good / (await run.Bot.SettleAsync(OverloadRun.Patience)).TotalSeconds;
            findings.Remark($"Of calls of 100 ms {Report.Number(sustainable)} a second can be worked off; {Report.Number(idle.Rate)} a second are accepted.");
            var result = await run.FloodAsync(findings, sustainable * Factor, seconds, idle.Rate);
            var factor = result.Sent / (seconds * sustainable);
            findings.Add($"calls of 100 ms: {Factor} times what is sustainable is offered for {seconds} s", $"{Report.Number(factor)} times; {result.Unsent:N0} more were due when all connections waited", factor >= Factor * 0.95);
        }

        await using (var run = await OverloadRun.StartAsync("calls that take no time", scratch.Sub("fast"), TimeSpan.Zero, sustained / 2))
        {
            var idle = await run.CloseAsync(sustained);
            var sustainable = idle.Good / (sustained + (await run.Bot.SettleAsync(OverloadRun.Patience, isListed: false)).TotalSeconds);
            findings.Remark($"Of calls that take no time {Report.Number(sustainable)} a second can be worked off; {Report.Number(idle.Rate)} a second are accepted meanwhile, p99 {Report.Number(idle.P99)} ms.");
            await run.Bot.SettleAsync(OverloadRun.Patience);
            var result = await run.FloodAsync(findings, sustainable * Factor, seconds, sustainable);
            findings.Remark($"With calls that take no time {Report.Number(result.Sent / (seconds * sustainable))} times the sustainable rate could be offered: {result.Unsent:N0} more were due when all of {OverloadRun.Connections:N0} connections waited;");
            findings.Remark($"{result.Refused:N0} connections were refused. Full speed is what was accepted before, and there what is sustainable. The load has one core, the bot both.");
        }
    }
}

/// <summary>A bot, a target and a load of one overload.</summary>
internal sealed class OverloadRun : IAsyncDisposable
{
    // The bot takes 10,000; some more find out what becomes of the others.
    public const int Connections = 10_500;

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private const int ClosedLoop = 64;

    // The generator's, so that it never takes more than one of the two; the bot has both.
    private const int LoadCore = 1;

    private readonly string _name;
    private readonly FaultTarget _target;
    private readonly Child _closed = Child.Start(LoadCore, LoadVerb.Environment, LoadVerb.Name);
    private readonly Child _open = Child.Start(LoadCore, LoadVerb.Environment, OfferVerb.Name);
    private readonly string _accepted;

    private OverloadRun(string name, FaultTarget target, FaultBot bot, string accepted) => (_name, _target, Bot, _accepted) = (name, target, bot, accepted);

    public FaultBot Bot { get; }

    /// <summary>Starts all three and warms them up with calls that take no time.</summary>
    public static async Task<OverloadRun> StartAsync(string name, string folder, TimeSpan callTime, int warm)
    {
        var target = await FaultTarget.StartAsync();
        var run = new OverloadRun(name, target, await FaultBot.StartAsync(folder, target.Rules), Path.Combine(folder, "accepted"));
        await run.CloseAsync(warm);
        await run.Bot.SettleAsync(Patience);
        target.Answer = async (_, stop) =>
        {
            await Task.Delay(callTime, stop);
            return 200;
        };
        return run;
    }

    /// <summary>So many seconds of 64 connections that each wait for their answer.</summary>
    public async Task<LoadResult> CloseAsync(double seconds)
    {
        var order = new LoadOrder(Bot.Address.Port, ClosedLoop, 0, seconds, 202);
        return JsonSerializer.Deserialize<LoadResult>(await _closed.AskAsync(order.ToString(), Patience))!;
    }

    /// <summary>Offers that many a second, whatever becomes of those before.</summary>
    /// <param name="findings">What is found goes there.</param>
    /// <param name="rate">Deliveries a second.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="full">So many accepted a second are full speed.</param>
    public async Task<OfferResult> FloodAsync(Findings findings, double rate, int seconds, double full)
    {
        var before = Bot.Megabytes;
        var flooding = _open.AskAsync(JsonSerializer.Serialize(new Offer(Bot.Address.Port, rate, seconds, Connections, _accepted)), Patience);
        var most = before;
        while (await Task.WhenAny(flooding, Task.Delay(500)) != flooding)
        {
            most = Math.Max(most, Bot.Megabytes);
        }

        await flooding;
        var (recovered, again) = await RecoverAsync(full);
        var result = JsonSerializer.Deserialize<OfferResult>(await _open.AskAsync("", Patience))!;
        most = Math.Max(most, Bot.Megabytes);
        Report.Progress($"{result}");
        findings.Add(
            $"{_name}: answers are 2xx, or 503 with `Retry-After`",
            $"{result.Accepted:N0} times 202, {result.Shed:N0} times 503 with it, {result.Other:N0} otherwise, {result.Broken + result.Unanswered:N0} without an answer",
            result.Other + result.Broken + result.Unanswered == 0);
        findings.Add($"{_name}: p99 of the accepted under 2 s", $"{Report.Number(result.P99)} ms, p50 {Report.Number(result.P50)} ms", result.P99 < 2000);
        findings.Add($"{_name}: full speed again within 5 s", $"{Report.Number(again)} accepted in the second that ended {recovered.TotalSeconds:F1} s after", recovered.TotalSeconds <= 5);
        await LookForAllAsync(findings);
        findings.Add($"{_name}: memory stays under 2 GB, what 10,000 connections and a million unfinished deliveries may take", $"{before:F0} MB before, {most:F0} MB at the most", most < 2048);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await Bot.DisposeAsync();
        await _target.DisposeAsync();
        await _closed.DisposeAsync();
        await _open.DisposeAsync();
    }

    private async Task LookForAllAsync(Findings findings)
    {
        var listing = await Bot.ListingAsync(Patience);
        var accepted = await File.ReadAllLinesAsync(_accepted);
        var listed = await Bot.ListAsync();
        var lost = accepted.Count(id => !listed.ContainsKey(id));
        findings.Add($"{_name}: none that was answered with 2xx is lost", $"{lost} of {accepted.Length:N0} are not listed; lists showed all of them {listing.TotalSeconds:F0} s later", lost == 0);
    }

    private async Task<(TimeSpan After, double Rate)> RecoverAsync(double wanted)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var second = await CloseAsync(1);
            Report.Progress($"  {Report.Number(second.Rate)} accepted a second, p99 {Report.Number(second.P99)} ms");
            if (second.Rate >= wanted * 0.9 || Stopwatch.GetElapsedTime(began).TotalSeconds > 60)
            {
                return (Stopwatch.GetElapsedTime(began), second.Rate);
            }
        }
    }
}
