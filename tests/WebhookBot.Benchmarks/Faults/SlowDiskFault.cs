using System.Diagnostics;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>500 deliveries a second of 6 KB, on this machine's disk and on one whose flushes take 5 ms longer.</summary>
internal static class SlowDiskFault
{
    private const int Rate = 500;
    private const int Bytes = 6 * 1024;

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var seconds = options.IsQuick ? 5 : 60;
        await MeasureAsync(findings, scratch.Sub("disk"), seconds, "this disk", new Dictionary<string, string>(), wanted: 50);
        var slow = new Dictionary<string, string> { ["LD_PRELOAD"] = await BuildShimAsync(scratch.Sub("shim")), ["FSYNC_DELAY_US"] = "5000" };
        await MeasureAsync(findings, scratch.Sub("slow"), seconds, "flushes that take 5 ms longer", slow, wanted: 100);
        findings.Remark($"{seconds} s each over 32 connections, after 15 s that are not counted, each delivery with one call that is made beside it; times are from when each was due to its answer.");
    }

    private static async Task MeasureAsync(Findings findings, string folder, int seconds, string disk, IReadOnlyDictionary<string, string> settings, int wanted)
    {
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(folder, target.Rules, settings);
        using var load = new SteadyLoad(bot.Address, Rate);
        var number = 0;
        HttpRequestMessage Make(long i) => GitHubRequest.Create(Bytes, ++number);
        await load.RunAsync(Rate * 15, Make);
        var answers = await load.RunAsync(Rate * seconds, Make);
        var (p99, slowest) = (Statistics.P99(answers.Select(a => a.Milliseconds)), answers.Max(a => a.Milliseconds));
        findings.Add(
            $"500 a second of 6 KB, {disk}: p99 under {wanted} ms, none over 8 s",
            $"p99 {Report.Number(p99)} ms, slowest {Report.Number(slowest)} ms; {answers.Count(a => a.Status == 202):N0} of {answers.Count:N0} answered with 202",
            p99 < wanted && slowest < 8000 && answers.All(a => a.Status == 202));
    }

    private static async Task<string> BuildShimAsync(string folder)
    {
        var library = Path.Combine(folder, "fsync-shim.so");
        using var compiler = Process.Start("gcc", ["-shared", "-fPIC", "-O2", "-o", library, Path.Combine(Checkout.Root(), "tests", "peers", "fsync-shim.c"), "-ldl"]);
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException("gcc could not compile tests/peers/fsync-shim.c");
    }
}
