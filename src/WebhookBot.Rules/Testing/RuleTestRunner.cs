using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Testing;

/// <summary>Runs rule tests: the same matcher and planner as the service, nothing carried out.</summary>
/// <param name="rules">The rules under test.</param>
/// <param name="readEvent">Names and parses a payload as the service does for the event's source.</param>
public sealed class RuleTestRunner(RuleSet rules, Func<RuleTest, WebhookEvent> readEvent)
{
    /// <summary>What the tests run so far have exercised.</summary>
    public RuleCoverage Coverage { get; } = new(rules);

    /// <summary>Runs one test.</summary>
    public RuleTestResult Run(RuleTest test)
    {
        var result = RuleMatcher.Match(rules, readEvent(test) with { Facts = test.Facts });
        Coverage.Add(result);
        var actions = Planner.Plan(rules, result).Actions.Where(a => !a.IsNotice).ToLookup(a => a.Rule, StringComparer.Ordinal);
        return new RuleTestResult(test, [.. test.Expectations.SelectMany(e => Check(e, [.. actions[e.Rule]], result, test.Event))]);
    }

    private IEnumerable<string> Check(RuleExpectation expected, List<PlannedAction> planned, MatchResult result, string eventName)
    {
        if (expected.Actions is null)
        {
            var matches = planned.Count > 0 || result.Matches.Any(m => m.Rule.Name == expected.Rule && m.Truth == Truth.True);
            return matches ? [$"{expected.Rule}: expected no match, but it plans {Describe(planned)}", .. Why(expected.Rule, result, eventName)] : [];
        }

        if (planned.Select(a => a.Action).SequenceEqual(expected.Actions.Select(a => a.Action)))
        {
            return expected.Actions.Zip(planned).SelectMany(pair => PlanDifference.Of(expected.Rule, pair.First, pair.Second));
        }

        var wanted = expected.Actions.Count == 0 ? "nothing" : string.Join(", ", expected.Actions.Select(a => a.Action));
        var found = planned.Count == 0 ? "nothing" : string.Join(", ", planned.Select(a => a.Action));
        return
        [
            $"{expected.Rule}: expected {wanted}, but it plans {found}",
            .. planned.Count == 0 ? [] : SideBySide(expected.Actions, planned),
            .. Why(expected.Rule, result, eventName),
        ];
    }

    private static IEnumerable<string> SideBySide(IReadOnlyList<ExpectedAction> expected, List<PlannedAction> planned)
    {
        var width = expected.Select(e => e.Action.Length).Append("nothing".Length).Max();
        for (var i = 0; i < Math.Max(expected.Count, planned.Count); i++)
        {
            var wanted = i < expected.Count ? expected[i].Action : "nothing";
            var found = i < planned.Count ? PlanDifference.Describe(planned[i]) : "nothing";
            yield return $"    {i + 1}. expected  {wanted.PadRight(width)}  planned  {found}";
        }
    }

    private static string Describe(List<PlannedAction> actions) =>
        actions.Count == 0 ? "nothing" : string.Join(", ", actions.Select(PlanDifference.Describe));

    private IEnumerable<string> Why(string rule, MatchResult result, string eventName) =>
        result.Explain(rule) is { } explanation
            ? ExplanationText.Lines(explanation).Select(l => "    " + l)
            : [ExplanationText.Harmless($"    it is not looked at for {eventName}; {RulePassedOver.Of(rules.Rules.First(r => r.Name == rule)).Why}")];
}
