using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>10,000 copies of 100 deliveries within a minute.</summary>
internal static class CopiesFault
{
    private const int Ids = 100;
    private const int Copies = 100;
    private const double Rate = Ids * Copies / 60.0;

    public static async Task RunAsync(Findings findings, BenchmarkOptions options, ScratchFolder scratch)
    {
        var copies = options.IsQuick ? Copies / 10 : Copies;
        await using var target = await FaultTarget.StartAsync();
        await using var bot = await FaultBot.StartAsync(scratch.Path, target.Rules);
        using var load = new SteadyLoad(bot.Address, Rate);
        await load.RunAsync((long)Rate * 5, i => GitHubRequest.Create(PullRequestBody.Create(PullRequestBody.TenKilobytes, (int)i + Ids), $"to-warm-up-{i}"));

        var bodies = Enumerable.Range(0, Ids).Select(i => PullRequestBody.Create(PullRequestBody.TenKilobytes, i)).ToArray();
        var order = Enumerable.Range(0, Ids * copies).Select(i => i % Ids).ToArray();
        new Random(11).Shuffle(order);
        var answers = await load.RunAsync(order.Length, i => GitHubRequest.Create(bodies[order[i]], Id(order[i])));
        await bot.SettleAsync(TimeSpan.FromMinutes(1));

        var effects = target.Calls.Where(c => c.Number < Ids).ToList();
        findings.Add(
            $"{order.Length:N0} copies of {Ids} ids in {order.Length / Rate:F0} s over 32 connections: each done once",
            $"{effects.Count} calls for {effects.DistinctBy(c => c.Number).Count()} ids",
            effects.Count == Ids && effects.DistinctBy(c => c.Number).Count() == Ids);

        var (first, later) = (answers.Count(a => a is { Status: 202, IsCopy: false }), answers.Where(a => a is { Status: 200, IsCopy: true }).ToList());
        var listed = await bot.ListAsync();
        var counted = Enumerable.Range(0, Ids).Sum(i => listed.GetValueOrDefault(Id(i)));
        findings.Add(
            "every copy is answered with 2xx and `duplicate: true`",
            $"{first} times 202, {later.Count:N0} times 200 with `duplicate: true`, {answers.Count - first - later.Count} otherwise; {counted:N0} counted in lists",
            first == Ids && later.Count == order.Length - Ids && counted == later.Count);

        var p99 = Statistics.P99(later.Select(a => a.Milliseconds));
        findings.Add("p99 of the copies under 20 ms", $"{Report.Number(p99)} ms, slowest {Report.Number(later.Max(a => a.Milliseconds))} ms", p99 < 20);
        findings.Remark($"{Report.Number(Rate)} a second in a random order, 10 KB each; times are from when each was due to its answer.");
    }

    private static string Id(int number) => $"the-same-delivery-{number}";
}
