using System.Buffers;
using System.Text.Json;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Planning;

/// <summary>Turns what matched into a plan: arguments rendered, each action with its key and its time. Pure.</summary>
public static class Planner
{
    /// <summary>More rules than this are not explained one by one.</summary>
    public const int MostExplained = 200;

    // A fact may be as deep as a document may be, and stands two levels down.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>The plan for that result, when nothing happened before.</summary>
    public static Plan Plan(RuleSet rules, MatchResult result) => Plan(rules, result, new NothingBefore(result.Scope.Event.ReceivedAt));

    /// <summary>The plan for that result.</summary>
    /// <param name="rules">The rules that were matched.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="state">What happened before.</param>
    /// <param name="mostExplained">How many rules are explained one by one.</param>
    public static Plan Plan(RuleSet rules, MatchResult result, IRuleState state, int mostExplained = MostExplained)
    {
        var planned = result.Matches
            .Where(m => m.IsPlanned)
            .ToDictionary(m => m.Rule.Name, m => new RulePlanner(m, result.Scope, state).Plan(), StringComparer.Ordinal);
        var left = result.CandidateCount - mostExplained;
        return new Plan
        {
            RuleSet = rules.Hash,
            Rules = [.. result.Explain(mostExplained).Select(e => planned.GetValueOrDefault(e.Rule)?.Complete(e) ?? e)],
            Actions = [.. planned.Values.SelectMany(p => p.Actions)],
            Marks = [.. planned.Values.SelectMany(p => p.Marks)],
            Facts = DescribeFacts(result.Scope.Event),
            Note = left > 0 ? $"{left} more rules with a fitting trigger are not explained here" : null,
        };
    }

    /// <summary>What the plan is to do when nothing happened before, without the explanations.</summary>
    internal static IReadOnlyList<PlannedAction> Actions(MatchResult result)
    {
        var state = new NothingBefore(result.Scope.Event.ReceivedAt);
        return [.. result.Matches.Where(m => m.IsPlanned).SelectMany(m => new RulePlanner(m, result.Scope, state).Plan().Actions)];
    }

    /// <summary>What has to be known of the past to plan for that result. Usually next to nothing.</summary>
    public static PlanningNeeds Needs(MatchResult result)
    {
        var needs = new PlanningNeeds();
        foreach (var match in result.Matches.Where(m => m.IsPlanned))
        {
            new RulePlanner(match, result.Scope, new NothingBefore(result.Scope.Event.ReceivedAt)).Tell(needs);
        }

        return needs;
    }

    private static JsonElement? DescribeFacts(WebhookEvent e)
    {
        if (e.Facts.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonText.Readable);
        writer.WriteStartObject();
        foreach (var (name, fact) in e.Facts)
        {
            writer.WriteStartObject(name);
            if (fact.Problem is null)
            {
                writer.WritePropertyName("value");
                JsonText.Write(fact.Value, writer);
                writer.WriteBoolean("truncated", fact.IsTruncated);
            }
            else
            {
                writer.WriteString("problem", fact.Problem);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return JsonElement.Parse(buffer.WrittenSpan, Deep);
    }
}
