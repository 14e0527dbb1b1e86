using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>50 deliveries a second for ten minutes, each with a call that takes ten seconds.</summary>
internal static class SlowTargetFault
{
    private const int Rate = 50;
    private const int Wanted = 150;

    private static readonly TimeSpan Takes = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, string> Settings = new() { ["Http__Timeout"] = "00:00:20" };

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var seconds = options.IsQuick ? 30 : 600;
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(scratch.Path, target.Rules, Settings);
        using var load = new SteadyLoad(bot.Address, Rate);
        var next = 0;
        HttpRequestMessage Make(long _) => GitHubRequest.Create(PullRequestBody.TenKilobytes, ++next);
        await load.RunAsync(Rate * 10, Make);
        await bot.SettleAsync(TimeSpan.FromMinutes(1));
        var done = 0;
        target.Answer = async (_, stop) =>
        {
            await Task.Delay(Takes, stop);
            Interlocked.Increment(ref done);
            return 200;
        };

        var before = bot.Megabytes;
        var most = before;
        var sending = load.RunAsync(Rate * seconds, Make);
        while (await Task.WhenAny(sending, Task.Delay(1000)) != sending)
        {
            most = Math.Max(most, bot.Megabytes);
        }

        var answers = await sending;
        var (unfinished, _) = await bot.ReadinessAsync();
        var log = ScratchFolder.BytesIn(Path.Combine(scratch.Path, "data", "journal")) / 1048576.0;
        findings.Add(
            $"50 a second for {seconds} s, 10 s each: all taken, the queue is on the disk",
            $"{answers.Count(a => a.Status == 202):N0} of {answers.Count:N0} answered with 202, {done:N0} done, {unfinished:N0} queued; the log has {Report.Number(log)} MB",
            answers.All(a => a.Status == 202) && unfinished + done >= answers.Count);
        findings.Add($"memory grows by less than {Wanted} MB", $"{before:F0} MB before, {most:F0} MB at the most: {most - before:F0} MB", most - before < Wanted);

        var third = answers.Count / 3;
        var (early, late) = (Statistics.P99(answers.Take(third).Select(a => a.Milliseconds)), Statistics.P99(answers.Skip(2 * third).Select(a => a.Milliseconds)));
        findings.Add("answers are not slower for it: p99 under 50 ms", $"{Report.Number(early)} ms in the first third, {Report.Number(late)} ms in the last", late < 50);
        findings.Remark("10 KB each. Memory before is after ten seconds of the same load with calls that are answered at once.");
    }
}
