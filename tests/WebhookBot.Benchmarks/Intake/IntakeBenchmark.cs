using System.Globalization;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Intake;

/// <summary>
/// The same load at four servers by turns. Each server has core 0 while it is measured and is stopped otherwise; the load generator has core 1.
/// </summary>
internal static class IntakeBenchmark
{
    private const int ServerCore = 0;
    private const int LoadCore = 1;

    private const double WarmUpSeconds = 0.5;
    private const double Seconds = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly int[] Connections = [1, 16, 64, 256];
    private static readonly string[] Kinds = [ServerVerb.Bare, ServerVerb.Durable, ServerVerb.Octokit];

    private static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
    };

    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        using var scratch = new ScratchFolder();

        // Many short rounds rather than a few long ones: what else the machine does changes within seconds, and the servers of a round should meet the same.
        var rounds = options.IsQuick ? 4 : 12;

        // On one core that is always busy the compiler has come to an end of its work only after most of a minute; the servers with the most code suffer longest.
        var (firstTimes, firstSeconds) = options.IsQuick ? (1, 6.0) : (3, 15.0);
        await using var load = Child.Start(LoadCore, LoadVerb.Environment, LoadVerb.Name);
        var servers = new Dictionary<string, Child>();
        var cells = new List<Cell>();
        try
        {
            var ports = new Dictionary<string, int>();
            foreach (var kind in Kinds.Append(ServerVerb.Whole))
            {
                var server = servers[kind] = Child.Start(ServerCore, Environment, ServerVerb.Name, kind, scratch.Sub(kind));
                ports[kind] = int.Parse(await server.AskAsync("", Patience), CultureInfo.InvariantCulture);
                Report.Progress($"{kind} warms up");
                for (var time = 0; time < firstTimes; time++)
                {
                    await MeasureAsync(kind, 64, firstSeconds, 0.1);
                }
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var connections in Connections)
                {
                    foreach (var kind in connections == 64 ? Kinds.Append(ServerVerb.Whole) : Kinds)
                    {
                        cells.Add(await MeasureAsync(kind, connections, WarmUpSeconds, Seconds));
                        Report.Progress($"round {round + 1}: {cells[^1]}");
                    }
                }
            }

            async Task<Cell> MeasureAsync(string kind, int connections, double warm, double time)
            {
                var (server, status) = (servers[kind], kind == ServerVerb.Octokit ? 200 : 202);
                server.Resume();
                var used = server.Used;
                var line = await load.AskAsync(new LoadOrder(ports[kind], connections, warm, time, status).ToString(), Patience);
                used = server.Used - used;
                var left = int.Parse(await server.AskAsync(ServerVerb.Drain, Patience), CultureInfo.InvariantCulture);
                server.Pause();
                return new Cell(kind, connections, JsonSerializer.Deserialize<LoadResult>(line)!, used, left, server.Megabytes);
            }
        }
        finally
        {
            foreach (var server in servers.Values)
            {
                await server.DisposeAsync();
            }
        }

        var bad = cells.Sum(c => c.Load.Bad);
        IntakeReport.Write(cells, rounds, Seconds, Connections, options);
        return bad == 0 ? 0 : 1;
    }
}

/// <summary>One server under one load for some seconds.</summary>
/// <param name="Kind">The server.</param>
/// <param name="Connections">How many at one time.</param>
/// <param name="Load">What the generator saw.</param>
/// <param name="Used">Processor time of the server, the warm-up's too.</param>
/// <param name="Left">Deliveries that were not worked off when the load ended.</param>
/// <param name="Megabytes">The server's memory afterwards.</param>
internal sealed record Cell(string Kind, int Connections, LoadResult Load, TimeSpan Used, int Left, double Megabytes)
{
    public double Microseconds => Used.TotalMicroseconds / Load.Good;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kind,-8} {Connections,4} connections {Load.Rate,8:N0}/s  p50 {Load.P50,7:F2} ms  p99 {Load.P99,7:F2} ms  {Microseconds,5:F1} us each  generator {Load.Own:P0}  bad {Load.Bad}  left {Left}  {Megabytes:F0} MB");
}
