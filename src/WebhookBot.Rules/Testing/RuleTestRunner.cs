using System.Text.Json;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Testing;

/// <summary>Runs rule tests: the same matcher and planner as the service, nothing carried out.</summary>
/// <param name="rules">The rules under test.</param>
/// <param name="readEvent">Names and parses a payload as the service does for the event's source.</param>
public sealed class RuleTestRunner(RuleSet rules, Func<RuleTest, WebhookEvent> readEvent)
{
    /// <summary>Runs one test.</summary>
    public RuleTestResult Run(RuleTest test)
    {
        var result = RuleMatcher.Match(rules, readEvent(test) with { Facts = test.Facts });
        var plan = Planner.Plan(rules, result);
        return new RuleTestResult(test, [.. test.Expectations.SelectMany(e => Check(e, plan))]);
    }

    private static IEnumerable<string> Check(RuleExpectation expected, Plan plan)
    {
        var explanation = plan.Rules.FirstOrDefault(r => r.Rule == expected.Rule);
        var actions = plan.Actions.Where(a => a.Rule == expected.Rule).ToList();
        if (expected.Actions is null)
        {
            return explanation?.Matched == Truth.True || actions.Count > 0
                ? [$"{expected.Rule}: expected no match, but it plans {Describe(actions)}", .. Why(explanation)]
                : [];
        }

        if (actions.Select(a => a.Action).SequenceEqual(expected.Actions.Select(a => a.Action)))
        {
            return actions.Zip(expected.Actions).SelectMany(pair => Differences(expected.Rule, pair.First, pair.Second));
        }

        var wanted = string.Join(", ", expected.Actions.Select(a => a.Action));
        return [$"{expected.Rule}: expected {wanted}, but it plans {Describe(actions)}", .. Why(explanation)];
    }

    private static IEnumerable<string> Differences(string rule, PlannedAction planned, ExpectedAction expected)
    {
        if (planned.Problem is not null)
        {
            yield return $"{rule}: {planned.Action}: {planned.Problem}";
        }

        foreach (var argument in expected.Arguments.EnumerateObject())
        {
            var found = planned.Arguments.TryGetProperty(argument.Name, out var value) ? value : default;
            if (!IsSame(argument.Value, found))
            {
                yield return $"{rule}: {planned.Action}: {argument.Name}";
                yield return $"    expected  {argument.Value.GetRawText()}";
                yield return $"    planned   {(found.ValueKind == JsonValueKind.Undefined ? "nothing" : found.GetRawText())}";
            }
        }
    }

    // As in the rule file, one text stands for a list of that text, and a plain number or boolean for the text of an argument that is a text.
    private static bool IsSame(JsonElement expected, JsonElement planned) => (expected.ValueKind, planned.ValueKind) switch
    {
        (_, JsonValueKind.Undefined) => false,
        (JsonValueKind.Object, JsonValueKind.Object) => expected.EnumerateObject().Count() == planned.EnumerateObject().Count()
            && expected.EnumerateObject().All(p => planned.TryGetProperty(p.Name, out var value) && IsSame(p.Value, value)),
        (JsonValueKind.Array, JsonValueKind.Array) => expected.GetArrayLength() == planned.GetArrayLength()
            && expected.EnumerateArray().Zip(planned.EnumerateArray()).All(pair => IsSame(pair.First, pair.Second)),
        (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, JsonValueKind.Array) =>
            planned.GetArrayLength() == 1 && IsSame(expected, planned[0]),
        (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, JsonValueKind.String) => expected.GetRawText() == planned.GetString(),
        _ => JsonElement.DeepEquals(expected, planned),
    };

    private static string Describe(List<PlannedAction> actions) =>
        actions.Count == 0 ? "nothing" : string.Join(", ", actions.Select(a => $"{a.Action} {a.Arguments.GetRawText()}"));

    private static IEnumerable<string> Why(RuleExplanation? explanation) =>
        explanation is null ? ["    its trigger does not fit the event, or it is off"] : ExplanationText.Lines(explanation).Select(l => "    " + l);
}
