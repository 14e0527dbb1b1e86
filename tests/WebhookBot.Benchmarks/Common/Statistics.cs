namespace WebhookBot.Benchmarks.Common;

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN
            : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The 99th percentile.</summary>
    public static double P99(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)(sorted.Count * 0.99)];
    }

    /// <summary>Of figures that were taken by turns: the ratio in each turn, and of those the median.</summary>
    public static double MedianRatio(IEnumerable<double> of, IEnumerable<double> to) => Median(of.Zip(to, (a, b) => a / b));
}
