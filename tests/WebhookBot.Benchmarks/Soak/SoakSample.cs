using System.Globalization;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Soak;

/// <summary>What is seen of a bot at a moment; sizes in MB.</summary>
/// <param name="Minutes">Since the load began.</param>
/// <param name="Memory">The working set.</param>
/// <param name="Heap">The managed heap after the last collection.</param>
/// <param name="Log">The segments of the log.</param>
/// <param name="Ids">What else is in their folder: the ids of what was dropped, among it.</param>
/// <param name="Index">LiteDB's file and its log.</param>
/// <param name="Handles">Open files and connections.</param>
/// <param name="Unfinished">Deliveries that are not finished.</param>
/// <param name="Accepted">Deliveries that were accepted so far.</param>
internal sealed record SoakSample(double Minutes, double Memory, double Heap, double Log, double Ids, double Index, double Handles, double Unfinished, long Accepted)
{
    private const double Megabyte = 1048576;

    public static async Task<SoakSample> TakeAsync(double minutes, long accepted, Child bot, HttpClient client, string data)
    {
        var metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        using var ready = JsonDocument.Parse(await client.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
        var journal = Path.Combine(data, "journal");
        return new SoakSample(
            minutes,
            bot.Megabytes,
            Sum(metrics, "dotnet_gc_last_collection_heap_size_bytes") / Megabyte,
            Size(journal, name => name.EndsWith(".log", StringComparison.Ordinal)),
            Size(journal, name => !name.EndsWith(".log", StringComparison.Ordinal)),
            Size(data, name => name.StartsWith("index", StringComparison.Ordinal)),
            bot.Handles,
            ready.RootElement.GetProperty("unfinished").GetInt64(),
            accepted);
    }

    // Over all of its labels.
    private static double Sum(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.IndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    // A segment may be dropped while it is looked at.
    private static double Size(string folder, Func<string, bool> isMeant) =>
        new DirectoryInfo(folder).GetFiles().Where(file => isMeant(file.Name)).Sum(SizeOf) / Megabyte;

    private static long SizeOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
