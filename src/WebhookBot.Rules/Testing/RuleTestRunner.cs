using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Testing;

/// <summary>Runs rule tests: the same matcher and planner as the service, nothing carried out.</summary>
/// <param name="rules">The rules under test.</param>
/// <param name="readEvent">Names and parses a payload as the service does for the event's source.</param>
public sealed class RuleTestRunner(RuleSet rules, Func<PlayedEvent, WebhookEvent> readEvent)
{
    /// <summary>What the tests run so far have exercised.</summary>
    public RuleCoverage Coverage { get; } = new(rules);

    /// <summary>Runs one test.</summary>
    public RuleTestResult Run(RuleTest test)
    {
        if (test.Mistakes.Count > 0)
        {
            return new RuleTestResult(test, [.. test.Mistakes.Select(m => m.ToString())]);
        }

        var past = new PlayedPast();
        var played = test.Events.Select((e, i) => Play(e, i, past)).ToList();
        var actions = past.Actions.Where(a => !a.Planned.IsNotice).ToLookup(a => a.Planned.Rule, StringComparer.Ordinal);
        return new RuleTestResult(test, [.. test.Expectations.SelectMany(e => Check(e, [.. actions[e.Rule]], played))]);
    }

    private Played Play(PlayedEvent played, int index, PlayedPast past)
    {
        var e = readEvent(played);
        var result = RuleMatcher.Match(rules, e with { Facts = played.Facts, DeliveryId = index == 0 ? e.DeliveryId : $"{e.DeliveryId}-{index + 1}" });
        Coverage.Add(result);
        return new Played(result, past.Play(rules, result));
    }

    private List<string> Check(RuleExpectation expected, List<PastAction> planned, List<Played> played)
    {
        var plans = planned.Count > 0 && !played.Any(p => p.Matches(expected.Rule)) ? "its 'else' plans" : "it plans";
        if (expected.Actions is null)
        {
            var matches = planned.Count > 0 || played.Any(p => p.Matches(expected.Rule));
            return matches ? [$"{expected.Rule}: expected no match, but {plans} {Describe(planned)}", .. Why(expected.Rule, played)] : [];
        }

        if (planned.Select(a => a.Planned.Action).SequenceEqual(expected.Actions.Select(a => a.Action)))
        {
            var differences = expected.Actions.Zip(planned).SelectMany(pair => PlanDifference.Of(expected.Rule, pair.First, pair.Second)).ToList();
            return differences.Count > 0 && plans != "it plans" ? [$"{expected.Rule}: its conditions do not hold, so its 'else' ran", .. differences, .. Why(expected.Rule, played)] : differences;
        }

        var wanted = expected.Actions.Count == 0 ? "nothing" : string.Join(", ", expected.Actions.Select(a => a.Action));
        var found = planned.Count == 0 ? "nothing" : string.Join(", ", planned.Select(a => a.Planned.Action));
        return
        [
            $"{expected.Rule}: expected {wanted}, but {plans} {found}",
            .. planned.Count == 0 ? [] : SideBySide(expected.Actions, planned),
            .. planned.Any(a => a.Planned.Action == Digest.Gather) && expected.Actions.All(a => a.Action != Digest.Gather)
                ? [$"    an event is only gathered; what is told of it is tested with event: {{ name: {Digest.EventOf(expected.Rule)}, payload: {{ … }} }}"] : Array.Empty<string>(),
            .. Why(expected.Rule, played),
        ];
    }

    private static IEnumerable<string> SideBySide(IReadOnlyList<ExpectedAction> expected, List<PastAction> planned)
    {
        var width = expected.Select(e => e.Action.Length).Append("nothing".Length).Max();
        for (var i = 0; i < Math.Max(expected.Count, planned.Count); i++)
        {
            var wanted = i < expected.Count ? expected[i].Action : "nothing";
            var found = i < planned.Count ? PlanDifference.Describe(planned[i].Planned) : "nothing";
            yield return $"    {i + 1}. expected  {wanted.PadRight(width)}  planned  {found}";
        }
    }

    private static string Describe(List<PastAction> actions) =>
        actions.Count == 0 ? "nothing" : string.Join(", ", actions.Select(a => PlanDifference.Describe(a.Planned)));

    // Of several events, each with its time.
    private IEnumerable<string> Why(string rule, List<Played> played) => played.SelectMany(p => Why(rule, p).Select(l => "    " + l)
        .Prepend(played.Count == 1 ? null : ExplanationText.Harmless($"  {Timestamps.ToText(p.Event.ReceivedAt)} {p.Event.Name}")).OfType<string>());

    private IEnumerable<string> Why(string rule, Played played) =>
        (played.Plan.Rules.FirstOrDefault(r => r.Rule == rule) ?? played.Result.Explain(rule)) is { } explanation
            ? ExplanationText.Lines(explanation)
            : [ExplanationText.Harmless($"it is not looked at for {played.Event.Name}; {RulePassedOver.Of(rules.Rules.First(r => r.Name == rule)).Why}")];

    private sealed record Played(MatchResult Result, Plan Plan)
    {
        public WebhookEvent Event => Result.Scope.Event;

        public bool Matches(string rule) => Result.Matches.Any(m => m.Rule.Name == rule && m.Truth == Truth.True);
    }
}
