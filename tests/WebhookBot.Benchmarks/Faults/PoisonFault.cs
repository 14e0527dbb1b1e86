using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>
/// A steady load by turns beside deliveries that cannot be decided, whose call fails again and again, or hangs, and beside as many harmless ones.
/// </summary>
internal static class PoisonFault
{
    private const int Rate = 100;

    // Of so many of the load's deliveries the last is the one beside it.
    private const int BesideEvery = 10;

    private const int FirstFailing = 100_000_000;
    private const int FirstHanging = 200_000_000;
    private const int FirstUndecidable = 300_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly Dictionary<string, string> Common = new()
    {
        ["Pipeline__PostponeBase"] = "00:00:01",
        ["Pipeline__MostPostponed"] = "4",
        ["Recovery__Every"] = "00:00:00",
        ["GitHub__AppId"] = "1",
    };

    // Failures are tried again at once and often, and what the product does to leave a broken target alone is turned off.
    private static readonly Dictionary<string, string> Unprotected = new()
    {
        ["Actions__BaseDelay"] = "00:00:01",
        ["Actions__MaxDelay"] = "00:00:01",
        ["Actions__BreakAfter"] = "0",
        ["Http__Timeout"] = "00:00:03",
    };

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var (rounds, seconds) = options.IsQuick ? (2, 5) : (5, 20);
        await RunAsync(findings, "as it is delivered", [], scratch.Sub("delivered"), rounds, seconds);
        await RunAsync(findings, "with its target never left alone", Unprotected, scratch.Sub("unprotected"), rounds, seconds);
        findings.Remark($"{Rate} deliveries a second, of which one in {BesideEvery} is poison or harmless by turns, {rounds} times {seconds} s each; the ratio is the median of the rounds'. Of the poison a");
        findings.Remark("third cannot be decided as GitHub fails when it is asked for the changed files, a third is answered with 500, a third hangs; each of another subject, and all of another");
        findings.Remark("target than the others'. Never left alone: `Actions:BreakAfter` 0, and each is tried again about every second and hangs until a timeout of 3 s. What ends the process ends");
        findings.Remark("its neighbours' times with it, so that it cannot be measured like this.");
    }

    private static async Task RunAsync(Findings findings, string how, Dictionary<string, string> settings, string folder, int rounds, int seconds)
    {
        await using var target = await FaultTarget.StartAsync();
        await using var broken = await FaultTarget.StartAsync();
        using var key = RSA.Create(2048);
        var all = new Dictionary<string, string>(Common.Concat(settings)) { ["GitHub__ApiUrl"] = $"{target.Url}/", ["GitHub__PrivateKey"] = key.ExportRSAPrivateKeyPem() };
        await using var bot = await FaultBot.StartAsync(folder, Rules(target, broken), all);
        var (answers, effects) = (new List<double>[] { [], [] }, new List<double>[] { [], [] });
        for (var round = -1; round < rounds; round++)
        {
            for (var isPoisoned = 0; isPoisoned < 2; isPoisoned++)
            {
                broken.Answer = Fail;
                var first = ((round + 1) * 1_000_000) + (isPoisoned * 500_000);
                var (answer, effect) = await MeasureAsync(bot, target, first, seconds, isPoisoned == 1);
                broken.Answer = static (_, _) => Task.FromResult(200);
                await bot.SettleAsync(Patience);
                if (round >= 0)
                {
                    answers[isPoisoned].Add(answer);
                    effects[isPoisoned].Add(effect);
                    Report.Progress($"{how}, round {round + 1}, {(isPoisoned == 1 ? "poisoned" : "harmless")}: p99 {Report.Number(answer)} ms to the answer, {Report.Number(effect)} ms to the call");
                }
            }
        }

        AddRatio(findings, $"call of its target ({how})", effects);
        AddRatio(findings, $"answer ({how})", answers);
    }

    private static async Task<int> Fail(long number, CancellationToken stop)
    {
        await Task.Delay(number is >= FirstHanging and < FirstUndecidable ? Timeout.Infinite : 0, stop);
        return 500;
    }

    private static void AddRatio(Findings findings, string what, List<double>[] p99)
    {
        var ratio = Statistics.MedianRatio(p99[1], p99[0]);
        findings.Add(
            $"the others' p99 to the {what} rises by less than 10 %",
            $"{Report.Number(Statistics.Median(p99[0]))} ms beside harmless ones, {Report.Number(Statistics.Median(p99[1]))} ms beside poison: a ratio of {Report.Number(ratio)}",
            ratio < 1.1);
    }

    // The 99th percentile to the answer and to the effect of those that are not poison.
    private static async Task<(double Answer, double Effect)> MeasureAsync(FaultBot bot, FaultTarget target, int first, int seconds, bool isPoisoned)
    {
        target.Calls.Clear();
        using var load = new SteadyLoad(bot.Address, Rate);
        var answers = await load.RunAsync(Rate * seconds, i =>
        {
            var number = first + (int)i + (isPoisoned && IsBeside(i) ? (i / BesideEvery % 3) switch { 0 => FirstFailing, 1 => FirstHanging, _ => FirstUndecidable } : 0);
            return GitHubRequest.Create(PullRequestBody.Create(PullRequestBody.TenKilobytes, number), number.ToString("D12", CultureInfo.InvariantCulture));
        });
        if (answers.Any(a => a.Status != 202))
        {
            throw new InvalidOperationException($"answered with {answers.First(a => a.Status != 202).Status}");
        }

        var others = answers.Where(a => !IsBeside(a.Number)).ToList();
        Dictionary<long, long> calledAt;
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(100))
        {
            calledAt = target.Calls.DistinctBy(c => c.Number).ToDictionary(c => c.Number, c => c.At);
            if (others.TrueForAll(a => calledAt.ContainsKey(first + a.Number)))
            {
                break;
            }

            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{others.Count(a => !calledAt.ContainsKey(first + a.Number))} were not worked off within {Patience}");
            }
        }

        return (Statistics.P99(others.Select(a => a.Milliseconds)), Statistics.P99(others.Select(a => Stopwatch.GetElapsedTime(a.Due, calledAt[first + a.Number]).TotalMilliseconds)));
    }

    private static bool IsBeside(long i) => i % BesideEvery == BesideEvery - 1;

    private static string Rules(FaultTarget target, FaultTarget broken) => $$$"""
        rules:
          harmless:
            on: github.pull_request.opened
            max_per_subject: 10000
            if: { number: { lt: {{{FirstFailing}}} } }
            then:
              - http: { url: "{{{target.Url}}}/", body: "{{number}}" }
          broken:
            on: github.pull_request.opened
            if: { number: { gte: {{{FirstFailing}}}, lt: {{{FirstUndecidable}}} } }
            then:
              - http: { url: "{{{broken.Url}}}/", body: "{{number}}" }
          undecidable:
            on: github.pull_request.opened
            if: { number: { gte: {{{FirstUndecidable}}} }, facts.changed_files: { any: "docs/**" } }
            then:
              - http: { url: "{{{broken.Url}}}/", body: "{{number}}" }
        """;
}
