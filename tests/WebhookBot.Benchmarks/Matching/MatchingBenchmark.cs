using System.Diagnostics;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Journal;
using WebhookBot.Rules;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Benchmarks.Matching;

/// <summary>One 10 KB event against rule sets of growing size, by turns.</summary>
internal static class MatchingBenchmark
{
    private static readonly int[] Sizes = [10, 100, 1_000, 10_000];
    private static readonly byte[] Body = PullRequestBody.Create(PullRequestBody.TenKilobytes, 42);

    // Keeps the compiler from leaving out what nobody looks at.
    private static int s_seen;

    public static void Run(BenchmarkOptions options)
    {
        var report = new Report("matching", options);
        var plain = Sizes.Select(s => MixedRules.Compile(s, 0)).ToList();
        Report.Progress($"compiled {string.Join(", ", Sizes)} rules");
        var parsed = Event();
        foreach (var rules in plain)
        {
            Check(rules, parsed);
        }

        report.Header(["µs an event", .. Sizes.Select(s => $"{s:N0} rules"), "10,000 : 10"]);
        Row("rules with a fitting trigger", plain.Select(r => (double)RuleMatcher.Match(r, parsed).CandidateCount));
        Measure("parse and match", plain, r => RuleMatcher.Match(r, Event()).Matches.Count);
        Measure("match alone", plain, r => RuleMatcher.Match(r, parsed).Matches.Count);
        Measure("parse, match and plan with explanations", plain, r => Planner.Plan(r, RuleMatcher.Match(r, Event())).Rules.Count);
        var some = Sizes.Select(s => MixedRules.Compile(s, s / 100)).ToList();
        Measure("parse and match, 1 rule in 100 asked one by one", some, r => RuleMatcher.Match(r, Event()).Matches.Count);
        report.Line("");
        report.Line($"One `github.pull_request.opened` of 10 KB; {MixedRules.Matching} rules match in each set. Medians of the rounds, the sets by turns.");
        report.Line("Plans explain at most 200 rules one by one.");
        report.Finish();

        void Measure(string what, List<RuleSet> sets, Func<RuleSet, int> once)
        {
            Report.Progress(what);
            var times = Time(sets, once, options.IsQuick);
            report.Row([what, .. times.Select(t => Report.Number(Statistics.Median(t))), $"**{Report.Number(Statistics.MedianRatio(times[^1], times[0]))}**"]);
        }

        void Row(string what, IEnumerable<double> figures) => report.Row([what, .. figures.Select(f => $"{f:N0}"), ""]);
    }

    private static WebhookEvent Event() => new()
    {
        DeliveryId = "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        Source = "github",
        Name = "github.pull_request.opened",
        Subject = "github:acme/shop#42",
        ReceivedAt = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero),
        Payload = DeliveryBody.Parse(Body),
    };

    private static void Check(RuleSet rules, WebhookEvent e)
    {
        var plan = Planner.Plan(rules, RuleMatcher.Match(rules, e));
        if (plan.Actions.Count != MixedRules.Matching)
        {
            throw new InvalidOperationException($"{plan.Actions.Count} of {rules.Rules.Count} rules match instead of {MixedRules.Matching}");
        }
    }

    /// <summary>Microseconds each, by set and round.</summary>
    private static List<List<double>> Time(List<RuleSet> sets, Func<RuleSet, int> once, bool isQuick)
    {
        var (rounds, slice) = isQuick ? (7, TimeSpan.FromMilliseconds(40)) : (25, TimeSpan.FromMilliseconds(100));
        foreach (var set in sets.Concat(sets))
        {
            TimeOne(set, once, TimeSpan.FromMilliseconds(isQuick ? 300 : 800));
        }

        var times = sets.Select(_ => new List<double>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < sets.Count; i++)
            {
                times[i].Add(TimeOne(sets[i], once, slice));
            }
        }

        return times;
    }

    private static double TimeOne(RuleSet set, Func<RuleSet, int> once, TimeSpan atLeast)
    {
        var began = Stopwatch.GetTimestamp();
        var count = 0;
        do
        {
            for (var i = 0; i < 50; i++)
            {
                s_seen += once(set);
            }

            count += 50;
        }
        while (Stopwatch.GetElapsedTime(began) < atLeast);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / count;
    }
}
