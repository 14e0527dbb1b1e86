namespace WebhookBot.Benchmarks.Common;

/// <summary>How a measurement is to be run.</summary>
/// <param name="IsQuick">Shorter and rougher: to see that it works.</param>
/// <param name="IsWritten">The tables go into the document as well.</param>
internal sealed record BenchmarkOptions(bool IsQuick, bool IsWritten)
{
    private static readonly string[] Known = ["--quick", "--write"];

    /// <summary>The options after the verb; null when there is one that is not known.</summary>
    public static BenchmarkOptions? Parse(string[] args)
    {
        var rest = args.Skip(1).ToList();
        return rest.Except(Known).Any() ? null : new BenchmarkOptions(rest.Contains(Known[0]), rest.Contains(Known[1]));
    }
}
