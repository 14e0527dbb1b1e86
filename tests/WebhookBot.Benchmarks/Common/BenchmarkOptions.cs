using System.Globalization;
using WebhookBot.Benchmarks.Faults;

namespace WebhookBot.Benchmarks.Common;

/// <summary>How a measurement is to be run.</summary>
/// <param name="IsQuick">Shorter and rougher: to see that it works.</param>
/// <param name="IsWritten">The tables go into the document as well.</param>
internal sealed record BenchmarkOptions(bool IsQuick, bool IsWritten)
{
    private static readonly string[] Numbers = ["--deliveries", "--minutes", "--rate"];

    /// <summary>For <c>start</c>: how many deliveries are in the journal.</summary>
    public int? Deliveries { get; private init; }

    /// <summary>For <c>soak</c>: how long it goes on.</summary>
    public int? Minutes { get; private init; }

    /// <summary>For <c>soak</c>: deliveries a second.</summary>
    public int? Rate { get; private init; }

    /// <summary>For <c>faults</c>: which ones; all when none is named.</summary>
    public IReadOnlyCollection<string> Faults { get; private init; } = [];

    /// <summary>As they were given, but for the names of faults and <c>--write</c>.</summary>
    public string Flags { get; private init; } = "";

    /// <summary>The options after the verb; null when there is one that is not known.</summary>
    public static BenchmarkOptions? Parse(string[] args)
    {
        var (flags, numbers, faults) = (new HashSet<string>(), new Dictionary<string, int>(), new List<string>());
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] is "--quick" or "--write")
            {
                flags.Add(args[i]);
            }
            else if (Numbers.Contains(args[i]) && i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers[args[i++]] = number;
            }
            else if (args[0] == FaultsBenchmark.Name && FaultsBenchmark.All.Any(f => f.Name == args[i]))
            {
                faults.Add(args[i]);
            }
            else
            {
                return null;
            }
        }

        int? Number(string name) => numbers.TryGetValue(name, out var number) ? number : null;
        return new BenchmarkOptions(flags.Contains("--quick"), flags.Contains("--write"))
        {
            Deliveries = Number("--deliveries"),
            Minutes = Number("--minutes"),
            Rate = Number("--rate"),
            Faults = faults,
            Flags = string.Concat(args.Skip(1).Where(arg => arg != "--write" && !faults.Contains(arg)).Select(arg => " " + arg)),
        };
    }
}
