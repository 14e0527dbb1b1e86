using System.Diagnostics;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Matching;
using WebhookBot.Benchmarks.Start;

namespace WebhookBot.Benchmarks.Backtesting;

/// <summary>The verb as a person calls it, from the start of its process to its end, against a bot that runs beside it.</summary>
internal static class BacktestBenchmark
{
    private const int RuleCount = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(BenchmarkOptions options)
    {
        using var scratch = new ScratchFolder();
        var count = options.IsQuick ? 2_000 : 10_000;
        var rounds = options.IsQuick ? 2 : 5;
        var data = scratch.Sub("data");
        var (old, @new) = (scratch.Sub("old"), scratch.Sub("new"));
        MixedRules.Write(old, RuleCount);
        MixedRules.Write(@new, RuleCount);
        var changed = Path.Combine(@new, "match.yml");
        await File.WriteAllTextAsync(changed, (await File.ReadAllTextAsync(changed)).Replace("by {{pull_request.user.login}}", "of {{pull_request.user.login}}", StringComparison.Ordinal));

        Report.Progress($"filling {count:N0} deliveries");
        await using (var filler = StartBenchmark.Self(data, BacktestFillVerb.Name, data, $"{count}", $"{RuleCount}"))
        {
            await filler.AskAsync("", Patience);
        }

        var (bot, url, _) = await StartBenchmark.StartReadyAsync(data);
        await using var running = bot;
        var report = new Report("backtest", options);
        report.Header("Rule sets", "seconds", "slowest", "deliveries a second", "rules that act otherwise");
        foreach (var (name, after) in new[] { ("the same", old), ("one text of one rule changed", @new) })
        {
            var seconds = new List<double>();
            var differing = 0;
            for (var i = 0; i < rounds; i++)
            {
                var (took, said) = await BacktestAsync(scratch.Path, old, after, url, count);
                using var json = JsonDocument.Parse(said);
                if (json.RootElement.GetProperty("deliveries").GetInt32() != count)
                {
                    throw new InvalidOperationException($"not all were read: {said[..Math.Min(500, said.Length)]}");
                }

                differing = json.RootElement.GetProperty("rules").GetArrayLength();
                seconds.Add(took);
                Report.Progress($"{name}: {took:F2} s");
            }

            var median = Statistics.Median(seconds);
            report.Row(name, $"**{Report.Number(median)}**", Report.Number(seconds.Max()), Report.Number(count / median), $"{differing}");
        }

        report.Line("");
        report.Line($"`webhookbot backtest OLD NEW --last {count} --format json`: {count:N0} deliveries of 10 KB, {RuleCount} rules in each set, {rounds} rounds, from the");
        report.Line("start of the process to its end, with the bot as the other process on the same cores.");
        report.Finish();
        return 0;
    }

    private static async Task<(double Seconds, string Said)> BacktestAsync(string folder, string old, string @new, Uri url, int count)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "webhookbot.dll");
        var start = new ProcessStartInfo(StartBenchmark.Host, [dll, "backtest", old, @new, "--last", $"{count}", "--format", "json", "--server", url.GetLeftPart(UriPartial.Authority)])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode == 0 ? (Stopwatch.GetElapsedTime(began).TotalSeconds, said) : throw new InvalidOperationException($"exit {process.ExitCode}");
    }
}
