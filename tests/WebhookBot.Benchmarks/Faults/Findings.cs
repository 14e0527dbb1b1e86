using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>What was wanted of a fault and what was seen.</summary>
internal sealed class Findings
{
    private readonly List<(string Wanted, string Measured, bool IsReached)> _rows = [];
    private readonly List<string> _remarks = [];

    public bool AreAllReached => _rows.All(r => r.IsReached);

    public void Add(string wanted, string measured, bool isReached)
    {
        _rows.Add((wanted, measured, isReached));
        Report.Progress($"{wanted}: {measured}{(isReached ? "" : " NOT REACHED")}");
    }

    /// <summary>How it was measured: a line below the table.</summary>
    public void Remark(string line) => _remarks.Add(line);

    public void Write(string section, BenchmarkOptions options)
    {
        var report = new Report(section, options);
        report.Line("| Wanted | Measured | Reached |");
        report.Line("|---|---|---|");
        foreach (var (wanted, measured, isReached) in _rows)
        {
            report.Row(wanted, measured, isReached ? "yes" : "**no**");
        }

        report.Line("");
        _remarks.ForEach(report.Line);
        report.Finish();
    }
}
