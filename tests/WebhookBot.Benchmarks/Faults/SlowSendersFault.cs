using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>5,000 connections that send nothing or stop half-way, while others send.</summary>
internal static class SlowSendersFault
{
    private const int Rate = 200;

    private static int s_number;

    private static readonly TimeSpan SilentUntil = TimeSpan.FromSeconds(150);

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var (count, rounds, seconds) = options.IsQuick ? (500, 2, 5) : (5000, 4, 20);
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(scratch.Path, target.Rules);
        await MeasureAsync(bot, seconds: 15);
        var (alone, idle, churning) = (new List<double>(), new List<double>(), new List<double>());
        var (open, before, after) = (count, bot.Megabytes, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            alone.Add(await MeasureAsync(bot, seconds));
            idle.Add(await BesideAsync(IdleSenders.Silent));
            churning.Add(await BesideAsync(IdleSenders.InHeaders, IdleSenders.InBody));
            Report.Progress($"round {round + 1}: p99 {Report.Number(alone[^1])} ms alone, {Report.Number(idle[^1])} ms beside idle ones, {Report.Number(churning[^1])} ms beside those that come again");
        }

        async Task<double> BesideAsync(params int[] kinds)
        {
            await using var slow = new IdleSenders(bot.Address.Port, count, isMadeAgain: true, kinds);
            await Task.Delay(IdleSenders.Begin + TimeSpan.FromSeconds(2));
            var p99 = await MeasureAsync(bot, seconds);
            (open, after) = (Math.Min(open, slow.Open), Math.Max(after, bot.Megabytes));
            return p99;
        }

        var ratio = Statistics.MedianRatio(idle, alone);
        findings.Add(
            $"the others' p99 beside {count:N0} connections that send nothing rises by less than 20 %",
            $"{Report.Number(Statistics.Median(alone))} ms alone, {Report.Number(Statistics.Median(idle))} ms beside them: a ratio of {Report.Number(ratio)}",
            ratio < 1.2 && open > count * 0.9);
        findings.Add(
            "beside as many that stop half-way, are cut and come again at once it stays under 200 ms",
            $"{Report.Number(Statistics.Median(churning))} ms; {open:N0} or more were open",
            Statistics.Median(churning) < 200);
        await CutAsync(findings, bot, count);
        findings.Remark($"{Rate} deliveries of 10 KB a second from others, {rounds} times {seconds} s each by turns; the ratio is the median of the rounds'. The slow ones begin over");
        findings.Remark($"{IdleSenders.Begin.TotalSeconds:F0} s; they and the load are one process on the same two cores. Memory {before:F0} MB before, {after:F0} MB at the most beside them.");
    }

    private static async Task CutAsync(Findings findings, FaultBot bot, int count)
    {
        await using var once = new IdleSenders(bot.Address.Port, count, isMadeAgain: false, IdleSenders.InHeaders, IdleSenders.InBody, IdleSenders.Silent);
        await once.WaitAsync(SilentUntil);
        for (var kind = 0; kind < IdleSenders.Kinds.Count; kind++)
        {
            var (all, cut) = (((count - kind - 1) / IdleSenders.Kinds.Count) + 1, once.Cut.Where(c => c.Kind == kind).Select(c => c.After.TotalSeconds).DefaultIfEmpty().ToList());
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
        var answers = await load.RunAsync(Rate * seconds, _ => GitHubRequest.Create(PullRequestBody.TenKilobytes, ++s_number));
        return answers.All(a => a.Status == 202) ? Statistics.P99(answers.Select(a => a.Milliseconds)) : throw new InvalidOperationException($"answered with {answers.First(a => a.Status != 202).Status}");
    }
}
