using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Soak;

internal static class SoakReport
{
    private static readonly (string Name, Func<SoakSample, double> Of)[] Measures =
    [
        ("memory MB", s => s.Memory), ("managed heap MB", s => s.Heap), ("log MB", s => s.Log), ("ids of what was dropped MB", s => s.Ids),
        ("index MB", s => s.Index), ("open handles", s => s.Handles), ("unfinished", s => s.Unfinished),
    ];

    public static void Write(IReadOnlyList<SoakSample> samples, SoakLoad load, TimeSpan retention, BenchmarkOptions options)
    {
        var later = samples.Skip(samples.Count / 3).ToList();
        var report = new Report("soak", options);
        report.Header("", "after a third", "at the end", "highest", "slope an hour");
        foreach (var (name, of) in Measures)
        {
            report.Row(name, Report.Number(of(later[0])), Report.Number(of(later[^1])), Report.Number(later.Max(of)), $"**{Report.Number(SlopeAnHour(later, of))}**");
        }

        var minutes = samples[^1].Minutes;
        var live = LiveMegabytes(samples, retention);
        report.Line("");
        report.Line($"{load.Accepted:N0} deliveries in {minutes:F0} minutes, {load.Refused:N0} answered otherwise than 202; p99 {Report.Number(load.P99(minutes / 3, minutes))} ms from when each was due");
        report.Line($"({Report.Number(load.P99(minutes / 3, minutes * 2 / 3))} ms in the second third, {Report.Number(load.P99(minutes * 2 / 3, minutes))} ms in the last). {retention.TotalMinutes:F0} minute is kept, in segments of {SoakBenchmark.SegmentMegabytes} MB: the log holds");
        report.Line($"**{Report.Number(later.Average(s => s.Log) / live)}** times what came in within that minute. Slopes are least squares over the last two thirds, {later.Count} samples.");
        report.Finish();
    }

    // What of the log is of deliveries that are to be kept: a delivery's bytes, as they were before anything was dropped, times what came in.
    private static double LiveMegabytes(IReadOnlyList<SoakSample> samples, TimeSpan retention)
    {
        var whole = samples.Last(s => s.Minutes <= retention.TotalMinutes);
        var (last, before) = (samples[^1], samples.Last(s => s.Minutes <= samples[^1].Minutes - retention.TotalMinutes));
        return whole.Log / whole.Accepted * (last.Accepted - before.Accepted);
    }

    private static double SlopeAnHour(List<SoakSample> samples, Func<SoakSample, double> of)
    {
        var (x, y) = (samples.Average(s => s.Minutes), samples.Average(of));
        return 60 * samples.Sum(s => (s.Minutes - x) * (of(s) - y)) / samples.Sum(s => (s.Minutes - x) * (s.Minutes - x));
    }
}
