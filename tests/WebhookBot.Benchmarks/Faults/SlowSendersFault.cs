using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>5,000 connections that send nothing or stop half-way, while others send.</summary>
internal static class SlowSendersFault
{
    private const int Rate = 200;

    private static readonly TimeSpan SilentUntil = TimeSpan.FromSeconds(150);

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var (count, rounds, seconds, kinds) = options.IsQuick ? (500, 2, 5, 2) : (5000, 7, 20, 3);
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(scratch.Path, target.Rules);
        await MeasureAsync(bot, seconds: 15);
        var (alone, beside, open, before, after) = (new List<double>(), new List<double>(), new List<int>(), bot.Megabytes, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            alone.Add(await MeasureAsync(bot, seconds));
            await using (var slow = new IdleSenders(bot.Address.Port, count, isMadeAgain: true, kinds))
            {
                // The crowd comes first, and then is what it is.
                await Task.Delay(2000);
                beside.Add(await MeasureAsync(bot, seconds));
                open.Add(slow.Open);
                after = Math.Max(after, bot.Megabytes);
            }

            Report.Progress($"round {round + 1}: p99 {Report.Number(alone[^1])} ms alone, {Report.Number(beside[^1])} ms beside {open[^1]:N0}");
            await Task.Delay(2000);
        }

        var ratio = Statistics.MedianRatio(beside, alone);
        findings.Add(
            $"the others' p99 beside {count:N0} connections that are idle rises by less than 20 %",
            $"{Report.Number(Statistics.Median(alone))} ms alone, {Report.Number(Statistics.Median(beside))} ms beside {open.Min():N0} or more: a ratio of {Report.Number(ratio)}",
            ratio < 1.2 && open.Min() > count * 0.9);
        await CutAsync(findings, bot, count, kinds);
        findings.Remark($"{Rate} deliveries of 10 KB a second from others, {rounds} times {seconds} s each by turns; the ratio is the median of the rounds'. An idle one that is cut is made again while the");
        findings.Remark($"others are measured. Memory {before:F0} MB before, {after:F0} MB at the most beside them.");
    }

    private static async Task CutAsync(Findings findings, FaultBot bot, int count, int kinds)
    {
        await using var once = new IdleSenders(bot.Address.Port, count, isMadeAgain: false, kinds);
        await once.WaitAsync(SilentUntil);
        for (var kind = 0; kind < kinds; kind++)
        {
            var (all, cut) = (((count - kind - 1) / kinds) + 1, once.Cut.Where(c => c.Kind == kind).Select(c => c.After.TotalSeconds).DefaultIfEmpty().ToList());
            var within = kind == IdleSenders.Silent ? SilentUntil.TotalSeconds : 20;
            findings.Add(
                $"connections {IdleSenders.Kinds[kind].Name} are cut within {within:F0} s",
                $"{cut.Count:N0} of {all:N0} after {cut.Min():F1} to {cut.Max():F1} s",
                cut.Count == all && cut.Max() < within);
        }
    }

    private static async Task<double> MeasureAsync(FaultBot bot, int seconds)
    {
        using var load = new SteadyLoad(bot.Address, Rate);
        var answers = await load.RunAsync(Rate * seconds, i => GitHubRequest.Create(PullRequestBody.Create(PullRequestBody.TenKilobytes, (int)i), Guid.NewGuid().ToString()));
        return answers.All(a => a.Status == 202) ? Statistics.P99(answers.Select(a => a.Milliseconds)) : throw new InvalidOperationException($"answered with {answers.First(a => a.Status != 202).Status}");
    }
}
