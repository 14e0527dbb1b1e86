using System.Diagnostics;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Intake;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>Ten times as many deliveries as it can work off, for a minute.</summary>
internal static class OverloadFault
{
    private const int Factor = 10;
    private const int ClosedLoop = 64;

    // The bot takes 10,000; some more find out what becomes of the others.
    private const int Connections = 10_500;

    // The generator's, so that it never takes more than one of the two; the bot has both.
    private const int LoadCore = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var (warm, sustained, flood) = options.IsQuick ? (3, 5, 15) : (10, 20, 60);
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(scratch.Sub("bot"), target.Rules);
        await using var closed = Child.Start(LoadCore, LoadVerb.Environment, LoadVerb.Name);
        await using var open = Child.Start(LoadCore, LoadVerb.Environment, OfferVerb.Name);
        await CloseAsync(closed, bot, warm);
        await bot.SettleAsync(Patience);

        var before = bot.Megabytes;
        var idle = await CloseAsync(closed, bot, sustained);
        var sustainable = idle.Good / (sustained + (await bot.SettleAsync(Patience, isListed: false)).TotalSeconds);
        Report.Progress($"sustainable: {Report.Number(sustainable)} a second worked off, {Report.Number(idle.Rate)} a second accepted meanwhile with p99 {Report.Number(idle.P99)} ms");
        await bot.SettleAsync(Patience);

        var offer = new Offer(bot.Address.Port, sustainable * Factor, flood, Connections, Path.Combine(scratch.Path, "accepted"));
        var flooding = open.AskAsync(JsonSerializer.Serialize(offer), Patience);
        var most = before;
        while (await Task.WhenAny(flooding, Task.Delay(500)) != flooding)
        {
            most = Math.Max(most, bot.Megabytes);
        }

        await flooding;
        var (recovered, rate) = await RecoverAsync(closed, bot, idle.Rate);
        var result = JsonSerializer.Deserialize<OfferResult>(await open.AskAsync("", Patience))!;
        most = Math.Max(most, bot.Megabytes);
        Report.Progress($"{result}");

        Judge(findings, result, sustainable, flood);
        findings.Add("memory is bounded: under 1 GB", $"{before:F0} MB before, {most:F0} MB at the most", most < 1024);
        findings.Add("full speed again within 5 s", $"{Report.Number(rate)} accepted a second, 90 % of before, reached in the second that ended {recovered.TotalSeconds:F1} s after", recovered.TotalSeconds <= 5);

        var backlog = await bot.SettleAsync(Patience);
        var accepted = await File.ReadAllLinesAsync(offer.File);
        var listed = await bot.ListAsync();
        var lost = accepted.Count(id => !listed.ContainsKey(id));
        findings.Add("none that was answered with 2xx is lost", $"{lost} of {accepted.Length:N0} are not listed; the backlog was worked off and listed {backlog.TotalSeconds:F0} s later", lost == 0);
        findings.Remark($"Sustainable is what is worked off of a load of {ClosedLoop} connections that each wait for their answer, with its backlog: {Report.Number(sustainable)} a second; {Report.Number(idle.Rate)} a second are accepted meanwhile, p99");
        findings.Remark($"{Report.Number(idle.P99)} ms. The load has one core, the bot both. Times are from when each was due; {result.Connections:N0} connections were open at the end.");
    }

    private static void Judge(Findings findings, OfferResult result, double sustainable, int seconds)
    {
        var factor = result.Sent / (seconds * sustainable);
        findings.Add(
            $"{Factor} times the sustainable rate is offered for {seconds} s",
            $"{Report.Number(factor)} times: {result.Sent:N0} sent; {result.Unsent:N0} more were due when all of {Connections:N0} connections waited",
            factor >= Factor * 0.95);
        findings.Add(
            "answers are 2xx, or 503 with `Retry-After`",
            $"{result.Accepted:N0} times 202, {result.Shed:N0} times 503 with it, {result.Other:N0} otherwise, {result.Broken + result.Unanswered:N0} without an answer; {result.Refused:N0} connections refused",
            result.Other + result.Broken + result.Unanswered == 0);
        findings.Add("p99 of the accepted under 2 s", $"{Report.Number(result.P99)} ms, p50 {Report.Number(result.P50)} ms", result.P99 < 2000);
    }

    private static async Task<(TimeSpan After, double Rate)> RecoverAsync(Child closed, FaultBot bot, double wanted)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var second = await CloseAsync(closed, bot, 1);
            Report.Progress($"  {Report.Number(second.Rate)} accepted a second, p99 {Report.Number(second.P99)} ms");
            if (second.Rate >= wanted * 0.9 || Stopwatch.GetElapsedTime(began).TotalSeconds > 60)
            {
                return (Stopwatch.GetElapsedTime(began), second.Rate);
            }
        }
    }

    private static async Task<LoadResult> CloseAsync(Child closed, FaultBot bot, double seconds)
    {
        var order = new LoadOrder(bot.Address.Port, ClosedLoop, 0, seconds, 202);
        return JsonSerializer.Deserialize<LoadResult>(await closed.AskAsync(order.ToString(), Patience))!;
    }
}
