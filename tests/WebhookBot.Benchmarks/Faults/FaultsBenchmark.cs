using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>
/// What is promised for faults, at the size that is promised: a real bot on loopback that shares this machine's cores with its load. Every
/// fault has a section of its own in the document.
/// </summary>
internal static class FaultsBenchmark
{
    public const string Name = "faults";

    public static readonly IReadOnlyList<(string Name, Func<Findings, BenchmarkOptions, ScratchFolder, Task> Run)> All =
    [
        ("slow-disk", SlowDiskFault.RunAsync),
        ("copies", CopiesFault.RunAsync),
        ("poison", PoisonFault.RunAsync),
        ("overload", OverloadFault.RunAsync),
        ("slow-senders", SlowSendersFault.RunAsync),
        ("restarts", RestartsFault.RunAsync),
        ("slow-target", SlowTargetFault.RunAsync),
    ];

    /// <summary>0 when all that is wanted was reached.</summary>
    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        var areAllReached = true;
        foreach (var (name, run) in All.Where(f => options.Faults.Count == 0 || options.Faults.Contains(f.Name)))
        {
            Report.Progress($"{name} begins");
            using var scratch = new ScratchFolder();
            var findings = new Findings();
            await run(findings, options, scratch);
            findings.Write($"{Name} {name}", options);
            areAllReached &= findings.AreAllReached;
        }

        return areAllReached ? 0 : 1;
    }
}
