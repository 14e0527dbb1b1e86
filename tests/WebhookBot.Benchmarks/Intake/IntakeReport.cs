using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>The tables of the intake.</summary>
internal static class IntakeReport
{
    public static void Write(IReadOnlyList<Cell> cells, int rounds, double seconds, IReadOnlyList<int> connections, BenchmarkOptions options)
    {
        var report = new Report("intake", options);
        report.Header("Connections", "without journal req/s", "durable req/s", "Octokit req/s", "durable : without", "durable : Octokit", "p50 ms without / durable / Octokit", "p99 ms without / durable / Octokit", "p99 durable : without");
        foreach (var count in connections)
        {
            IEnumerable<double> Of(string kind, Func<Cell, double> figure) => cells.Where(c => c.Kind == kind && c.Connections == count).Select(figure);
            string Middle(string kind, Func<Cell, double> figure) => Report.Number(Statistics.Median(Of(kind, figure)));
            string Each(Func<Cell, double> figure) => string.Join(" / ", new[] { ServerVerb.Bare, ServerVerb.Durable, ServerVerb.Octokit }.Select(k => Middle(k, figure)));
            string Ratio(string kind, Func<Cell, double> figure) => Report.Number(Statistics.MedianRatio(Of(ServerVerb.Durable, figure), Of(kind, figure)));
            report.Row(
                $"{count}",
                Middle(ServerVerb.Bare, c => c.Load.Rate),
                Middle(ServerVerb.Durable, c => c.Load.Rate),
                Middle(ServerVerb.Octokit, c => c.Load.Rate),
                $"**{Ratio(ServerVerb.Bare, c => c.Load.Rate)}**",
                $"**{Ratio(ServerVerb.Octokit, c => c.Load.Rate)}**",
                Each(c => c.Load.P50),
                Each(c => c.Load.P99),
                $"**{Ratio(ServerVerb.Bare, c => c.Load.P99)}**");
        }

        report.Line("");
        WriteWhole(report, cells);
        var own = cells.Max(c => c.Load.Own);
        report.Line($"Medians of {rounds} rounds of {seconds} s each, the servers by turns; a ratio is the median of the rounds' ratios. {cells.Sum(c => c.Load.Good):N0} requests,");
        report.Line($"{cells.Sum(c => c.Load.Bad)} answered otherwise than 202 (Octokit: 200). The generator used {own:P0} of its core at the most.");
        report.Finish();
    }

    private static void WriteWhole(Report report, IReadOnlyList<Cell> cells)
    {
        var whole = cells.Where(c => c.Kind == ServerVerb.Whole).ToList();
        var bare = cells.Where(c => c.Kind == ServerVerb.Bare && c.Connections == 64).ToList();
        if (whole.Count == 0)
        {
            return;
        }

        report.Line($"The whole bot at 64 connections, the shipped rules working everything off on the same core meanwhile: {Report.Number(Statistics.Median(whole.Select(c => c.Load.Rate)))} req/s,");
        report.Line($"p99 {Report.Number(Statistics.Median(whole.Select(c => c.Load.P99)))} ms, {Report.Number(Statistics.MedianRatio(whole.Select(c => c.Load.Rate), bare.Select(c => c.Load.Rate)))} of the one without a journal;");
        report.Line($"{whole.Average(c => 1 - ((double)c.Left / c.Load.Good)):P0} were worked off when the load ended, the rest right after it.");
        report.Line("");
    }
}
