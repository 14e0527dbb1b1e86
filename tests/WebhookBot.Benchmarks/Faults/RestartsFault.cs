using System.Diagnostics;
using System.Globalization;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>Two bots behind a balancer, stopped and started again by turns under load.</summary>
internal static class RestartsFault
{
    private const int Rate = 100;

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var restarts = options.IsQuick ? 4 : 20;
        await using var target = await FaultTarget.StartAsync();
        target.Answer = static async (_, stop) =>
        {
            await Task.Delay(200, stop);
            return 200;
        };
        string[] folders = [scratch.Sub("first"), scratch.Sub("second")];
        FaultBot[] bots = [await FaultBot.StartAsync(folders[0], target.Rules), await FaultBot.StartAsync(folders[1], target.Rules)];
        try
        {
            var balancer = new Balancer([.. bots.Select(b => b.Address)]);
            using var load = new SteadyLoad([balancer], bots[0].Address, Rate);
            using var ending = new CancellationTokenSource();
            var sending = load.RunAsync(
                long.MaxValue, i => GitHubRequest.Create(PullRequestBody.Create(PullRequestBody.TenKilobytes, (int)i), i.ToString("D12", CultureInfo.InvariantCulture)), ending.Token);
            var stops = new List<Stop>();
            for (var i = 0; i < restarts; i++)
            {
                await Task.Delay(1000);
                var which = i % bots.Length;
                stops.Add(await StopAsync(bots[which]));
                Report.Progress($"restart {i + 1}: {stops[^1]}");
                await bots[which].DisposeAsync();
                bots[which] = await FaultBot.StartAsync(folders[which], target.Rules, address: bots[which].Address);
            }

            await ending.CancelAsync();
            var answers = await sending;
            await Task.WhenAll(bots.Select(b => b.SettleAsync(TimeSpan.FromMinutes(1))));
            Judge(findings, answers, target.Counts(), balancer, stops);
        }
        finally
        {
            await Task.WhenAll(bots.Select(b => b.DisposeAsync().AsTask()));
        }
    }

    private static void Judge(Findings findings, IReadOnlyList<Answer> answers, Dictionary<long, int> effects, Balancer balancer, List<Stop> stops)
    {
        var bad = answers.Count(a => a.Status is < 200 or > 299);
        findings.Add(
            $"{stops.Count} rolling restarts under load: all answers 2xx",
            $"{answers.Count - bad:N0} of {answers.Count:N0}; p99 {Report.Number(Statistics.P99(answers.Select(a => a.Milliseconds)))} ms",
            bad == 0);

        var lost = answers.Count(a => a.Status is >= 200 and <= 299 && !effects.ContainsKey(a.Number));
        findings.Add("none lost", $"{lost}", lost == 0);
        var twice = effects.Where(e => e.Value > 1).Select(e => e.Key).ToList();
        findings.Add(
            "none done twice but what was in flight",
            $"{twice.Count} done twice, {twice.Count(balancer.Repeated.Contains)} of them among the {balancer.Repeated.Count} whose connection broke, which the balancer sent to the other bot too",
            twice.TrueForAll(balancer.Repeated.Contains));

        var unready = stops.Max(s => s.UnreadyAfter);
        findings.Add(
            "not ready any more within 0.5 s of SIGTERM",
            $"slowest {unready.TotalMilliseconds:F0} ms; it was told by 503 {stops.Count(s => s.Answered503)} times, by a connection that was closed or refused {stops.Count(s => !s.Answered503)} times",
            unready < TimeSpan.FromSeconds(0.5));
        findings.Add("ended within 25 s, with code 0", $"slowest {stops.Max(s => s.EndedAfter).TotalSeconds:F2} s, {stops.Count(s => s.Code != 0)} otherwise", stops.TrueForAll(s => s.Code == 0 && s.EndedAfter.TotalSeconds < 25));
        findings.Remark($"{Rate} deliveries a second to two bots by turns, each with a folder of its own and with a call that takes 0.2 s; a refused or broken connection is tried again at the other.");
    }

    private static async Task<Stop> StopAsync(FaultBot bot)
    {
        // A connection from before the end, as a balancer's that asks again and again.
        await bot.ReadinessAsync();
        var began = Stopwatch.GetTimestamp();
        var ending = bot.StopAsync();
        var answered = await WaitUntilUnreadyAsync(bot);
        var unready = Stopwatch.GetElapsedTime(began);
        var code = await ending;
        return new Stop(unready, answered, Stopwatch.GetElapsedTime(began), code);
    }

    private static async Task<bool> WaitUntilUnreadyAsync(FaultBot bot)
    {
        while (true)
        {
            try
            {
                using var answer = await bot.Client.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (!answer.IsSuccessStatusCode)
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                return false;
            }

            await Task.Delay(5);
        }
    }

    private sealed record Stop(TimeSpan UnreadyAfter, bool Answered503, TimeSpan EndedAfter, int Code);
}
