using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Intake;

namespace WebhookBot.Benchmarks.Flood;

/// <summary>
/// 10,000 requests a second without a signature at one source, while signed ones go to another: how long those take, against an idle bot, and
/// what the flood writes to the disk.
/// </summary>
internal static class FloodBenchmark
{
    private const int Rate = 10_000;
    private const int ProbesPerSecond = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        var (rounds, seconds) = options.IsQuick ? (2, 3.0) : (5, 10.0);
        using var scratch = new ScratchFolder();
        var folder = scratch.Sub("flooded");
        await using var server = Child.Start(0, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, ServerVerb.Name, ServerVerb.Durable, folder);
        await using var flood = Child.Start(1, LoadVerb.Environment, FloodVerb.Name);
        var port = int.Parse(await server.AskAsync("", Patience), CultureInfo.InvariantCulture);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ProbeAsync(client, 3);
        await FloodAsync(flood, port, 3);

        var (idle, flooded, floods) = (new List<double>(), new List<double>(), new List<FloodResult>());
        for (var round = 0; round < rounds; round++)
        {
            idle.Add(await ProbeAsync(client, seconds));
            var running = FloodAsync(flood, port, seconds + 1);
            flooded.Add(await ProbeAsync(client, seconds));
            floods.Add(await running);
            Report.Progress($"round {round + 1}: p99 {idle[^1]:F2} ms idle, {flooded[^1]:F2} ms flooded by {floods[^1]}");
            await server.AskAsync(ServerVerb.Drain, Patience);
        }

        var before = Size(folder);
        await FloodAsync(flood, port, seconds);
        var written = Size(folder) - before;
        Write(options, idle, flooded, floods, written);
        return written == 0 && floods.All(f => f.Other == 0) ? 0 : 1;
    }

    private static async Task<FloodResult> FloodAsync(Child flood, int port, double seconds) =>
        JsonSerializer.Deserialize<FloodResult>(await flood.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{port} {Rate} {seconds}"), Patience))!;

    // The 99th percentile, in milliseconds from when each was due.
    private static async Task<double> ProbeAsync(HttpClient client, double seconds)
    {
        var began = Stopwatch.GetTimestamp();
        var probes = new List<Task<double>>();
        for (var i = 0; i < seconds * ProbesPerSecond; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / ProbesPerSecond);
            while (Stopwatch.GetElapsedTime(began) < due)
            {
                await Task.Delay(1);
            }

            probes.Add(ProbeAsync(client, began, due));
        }

        return Statistics.P99(await Task.WhenAll(probes));
    }

    private static async Task<double> ProbeAsync(HttpClient client, long began, TimeSpan due)
    {
        using var request = GitHubRequest.Create(PullRequestBody.TenKilobytes, Random.Shared.Next());
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode == 202 ? (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds : throw new InvalidOperationException($"a signed request was answered with {(int)answer.StatusCode}");
    }

    private static long Size(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    private static void Write(BenchmarkOptions options, List<double> idle, List<double> flooded, List<FloodResult> floods, long written)
    {
        var report = new Report("flood", options);
        report.Header("", "p99 ms of the signed", "slowest round");
        report.Row("idle", Report.Number(Statistics.Median(idle)), Report.Number(idle.Max()));
        report.Row("flooded", $"**{Report.Number(Statistics.Median(flooded))}**", Report.Number(flooded.Max()));
        report.Row("flooded : idle", $"**{Report.Number(Statistics.MedianRatio(flooded, idle))}**", "");
        report.Line("");
        report.Line($"{ProbesPerSecond} signed requests of 10 KB a second to one source, timed from when each was due; {Report.Number(floods.Average(f => f.Rate))} requests a second without a");
        report.Line($"signature to another, of which {floods.Sum(f => f.Refused):N0} were answered with 401, {floods.Sum(f => f.TooMany):N0} with 429 and {floods.Sum(f => f.Other):N0} otherwise. A flood alone");
        report.Line($"wrote {written:N0} bytes to the disk.");
        report.Finish();
    }
}
