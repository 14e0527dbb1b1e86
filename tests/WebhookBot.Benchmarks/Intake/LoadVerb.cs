using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>What is to be asked of a server: <c>port connections warm-up seconds status</c>.</summary>
internal sealed record LoadOrder(int Port, int Connections, double WarmUp, double Seconds, int Status)
{
    public static LoadOrder Parse(string line)
    {
        var parts = line.Split(' ');
        double Real(int i) => double.Parse(parts[i], CultureInfo.InvariantCulture);
        return new LoadOrder((int)Real(0), (int)Real(1), Real(2), Real(3), (int)Real(4));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Port} {Connections} {WarmUp} {Seconds} {Status}");
}

/// <summary>What came of it.</summary>
/// <param name="Rate">Good answers a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Bad">Answers with another status, and connections that broke.</param>
/// <param name="Own">The part of its core that the generator itself used.</param>
/// <param name="Good">Good answers, those of the warm-up too.</param>
internal sealed record LoadResult(double Rate, double P50, double P99, long Bad, double Own, long Good);

/// <summary>
/// The load generator as a child: reads orders, answers each with one line of JSON. All sockets are driven by one thread, so that it
/// never takes more than the core it has.
/// </summary>
internal static class LoadVerb
{
    public const string Name = "load";

    /// <summary>What makes the runtime drive every socket on one thread.</summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1",
        ["DOTNET_gcConcurrent"] = "0",
    };

    public static int Run()
    {
        while (Console.In.ReadLine() is { } line)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(Execute(LoadOrder.Parse(line))));
        }

        return 0;
    }

    private static LoadResult Execute(LoadOrder order)
    {
        var tally = new LoadTally(order.Status);
        var connections = Enumerable.Range(0, order.Connections).Select(i => new LoadConnection(order.Port, i, order.Connections, tally)).ToList();
        connections.ForEach(c => c.Start());
        Thread.Sleep(TimeSpan.FromSeconds(order.WarmUp));
        tally.Begin();
        var (began, own) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        Thread.Sleep(TimeSpan.FromSeconds(order.Seconds));
        var (count, p50, p99) = tally.End();
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var used = (Process.GetCurrentProcess().TotalProcessorTime - own).TotalSeconds / elapsed;
        connections.ForEach(c => c.Dispose());
        return new LoadResult(count / elapsed, p50, p99, tally.Bad, used, tally.Good);
    }
}
