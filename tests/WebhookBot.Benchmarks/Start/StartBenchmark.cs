using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Start;

/// <summary>From the start of the process to the first 200 of <c>/readyz</c>, with a full journal.</summary>
internal static class StartBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    // A "dotnet" on the path may be a script, and then it is the script that would be killed.
    public static readonly string Host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["GITHUB_WEBHOOK_SECRET"] = "a-secret-of-the-benchmark",
        ["ALERTMANAGER_TOKEN"] = "a-secret-of-the-benchmark",
    };

    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        using var scratch = new ScratchFolder();
        var count = options.Deliveries ?? (options.IsQuick ? 20_000 : 100_000);
        var starts = options.IsQuick ? 3 : 5;
        var closed = await FillAsync(scratch.Sub("closed"), count, isKilled: false);
        var killed = await FillAsync(scratch.Sub("killed"), count, isKilled: true);
        var report = new Report("start", options);
        report.Header("Journal", "seconds to ready", "slowest", "records the index lacked when ready", "filled, deliveries/s", "log bytes a delivery");
        var empty = new Filled(scratch.Sub("empty"), 0, 0);
        foreach (var (name, filled) in new[] { ("empty", empty), ($"{count:N0} deliveries, closed", closed), ($"{count:N0} deliveries, SIGKILL", killed) })
        {
            var seen = new List<(double Seconds, long Lag)>();
            for (var i = 0; i < starts; i++)
            {
                seen.Add(await StartAsync(filled.Folder));
                Report.Progress($"{name}: ready after {seen[^1].Seconds:F2} s, index {seen[^1].Lag} behind");
            }

            var size = filled.Rate == 0 ? ["", ""] : new[] { Report.Number(filled.Rate), $"{filled.LogBytes:N0}" };
            report.Row([name, $"**{Report.Number(Statistics.Median(seen.Select(s => s.Seconds)))}**", Report.Number(seen.Max(s => s.Seconds)), $"{seen[0].Lag:N0}", .. size]);
        }

        report.Line("");
        report.Line($"{starts} starts each, every one ended by SIGKILL; not compiled ahead of time; the bodies have 2.6 to 10 KB, each with a plan of one action, done.");
        report.Line("The journal was filled through `IJournal` by one process, during which the index stands back. What it lacks it reads after the bot is ready.");
        report.Finish();
        return 0;
    }

    private static async Task<Filled> FillAsync(string folder, int count, bool isKilled)
    {
        Report.Progress($"filling {count:N0} deliveries");
        var seconds = await RunFillerAsync(folder, count, isKilled);
        var log = ScratchFolder.BytesIn(Path.Combine(folder, "journal"));
        return new Filled(folder, count / seconds, log / count);
    }

    private static async Task<double> RunFillerAsync(string folder, int count, bool isKilled)
    {
        await using var filler = Self(folder, FillVerb.Name, folder, $"{count}");
        var seconds = double.Parse(await filler.AskAsync("", Patience), CultureInfo.InvariantCulture);
        if (isKilled)
        {
            await filler.KillAsync();
        }

        return seconds;
    }

    /// <summary>This program with another verb, on any core.</summary>
    public static Child Self(string folder, params string[] arguments) =>
        Child.Start(null, Environment, folder, [System.Environment.ProcessPath!, .. OwnDll(), .. arguments]);

    private static IEnumerable<string> OwnDll() =>
        Path.GetFileNameWithoutExtension(System.Environment.ProcessPath) == "dotnet" ? [typeof(StartBenchmark).Assembly.Location] : [];

    private static async Task<(double Seconds, long Lag)> StartAsync(string data)
    {
        var began = Stopwatch.GetTimestamp();
        var (bot, _, said) = await StartReadyAsync(data);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await using var running = bot;
        using var ready = JsonDocument.Parse(said);
        await bot.KillAsync();
        return (seconds, ready.RootElement.GetProperty("index_lag").GetInt64());
    }

    /// <summary>A bot over that journal once it is ready, and what it said then.</summary>
    public static async Task<(Child Bot, Uri Url, string Said)> StartReadyAsync(
        string data, string? rules = null, IReadOnlyDictionary<string, string>? environment = null, Uri? at = null)
    {
        var url = at ?? new Uri($"http://127.0.0.1:{FreePort()}");
        var dll = Path.Combine(AppContext.BaseDirectory, "webhookbot.dll");
        using var client = new HttpClient { BaseAddress = url };
        var began = Stopwatch.GetTimestamp();
        var bot = Child.Start(
            null, environment ?? Environment, data, [Host, dll, "run", "--rules", rules ?? Path.Combine(Checkout.Root(), "rules"), "--data", data, "--urls", url.ToString()]);
        bot.Ignore();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return (bot, url, await answer.Content.ReadAsStringAsync());
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens there yet.
            }

            await Task.Delay(5);
        }

        await bot.KillAsync();
        throw new TimeoutException($"the bot was not ready within {Patience}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Filled(string Folder, double Rate, long LogBytes);
}
