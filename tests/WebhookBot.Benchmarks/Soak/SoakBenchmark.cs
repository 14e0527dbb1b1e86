using System.Diagnostics;
using System.Globalization;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Start;

namespace WebhookBot.Benchmarks.Soak;

/// <summary>
/// The bot as a process under a steady load, with a journal that keeps little, so that segments are begun and dropped all the time: whether its
/// memory, its files or its handles grow. One call in a hundred is refused, so that there are retries.
/// </summary>
internal static class SoakBenchmark
{
    public const int SegmentMegabytes = 1;

    private const int RefusedEvery = 100;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        var minutes = Math.Max(2, options.Minutes ?? (options.IsQuick ? 3 : 10));
        var rate = options.Rate ?? 50;
        using var scratch = new ScratchFolder();
        var data = scratch.Sub("data");
        await using var target = await StartTargetAsync();
        var (bot, url, _) = await StartBenchmark.StartReadyAsync(data, WriteRules(scratch.Sub("rules"), target.Urls.First()), new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["GITHUB_WEBHOOK_SECRET"] = GitHubRequest.Secret,
            ["ALERTMANAGER_TOKEN"] = GitHubRequest.Secret,
            ["Http__AllowPrivateAddresses"] = "true",
            ["Journal__Retention"] = Retention.ToString("c", CultureInfo.InvariantCulture),
            ["Journal__SegmentBytes"] = $"{SegmentMegabytes << 20}",
            ["Actions__BaseDelay"] = "00:00:01",
            ["Actions__MaxDelay"] = "00:00:05",
            ["Logging__LogLevel__WebhookBot.Pipeline.DeliveryStory"] = "Warning",
        });
        await using var running = bot;
        using var client = new HttpClient { BaseAddress = url };
        var load = new SoakLoad(client, rate);
        var samples = new List<SoakSample>();
        var sending = load.RunAsync(TimeSpan.FromMinutes(minutes));
        for (var began = Stopwatch.GetTimestamp(); await Task.WhenAny(sending, Task.Delay(SampleEvery)) != sending;)
        {
            samples.Add(await SoakSample.TakeAsync(Stopwatch.GetElapsedTime(began).TotalMinutes, load.Accepted, bot, client, data));
            Report.Progress($"{samples[^1]}");
        }

        await sending;
        await bot.KillAsync();
        SoakReport.Write(samples, load, Retention, options);
        return load.Refused == 0 ? 0 : 1;
    }

    private static string WriteRules(string folder, string target)
    {
        File.WriteAllText(Path.Combine(folder, "sources.yml"), """
            sources:
              github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }
              alertmanager: { preset: alertmanager, secret: ALERTMANAGER_TOKEN }
            """);
        File.WriteAllText(Path.Combine(folder, "rules.yml"), $$$"""
            rules:
              tell:
                on: github.pull_request.opened
                then:
                  - http: { url: "{{{target}}}/", body: "{{number}} {{pull_request.title}}" }
              page:
                on: [alertmanager.firing, alertmanager.resolved]
                if: { commonLabels.severity: critical }
                then:
                  - http: { url: "{{{target}}}/", body: "{{groupKey}}" }
              never:
                on: github.pull_request.*
                if: { pull_request.base.ref: there-is-no-such-branch }
                then:
                  - http: { url: "https://nowhere.example/" }
            """);
        return folder;
    }

    private static Task<WebApplication> StartTargetAsync()
    {
        var calls = 0;
        return LoopbackServer.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            http.Response.StatusCode = Interlocked.Increment(ref calls) % RefusedEvery == 0 ? 503 : 200;
        });
    }
}
