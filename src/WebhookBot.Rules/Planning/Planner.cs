using System.Buffers;
using System.Text.Json;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Planning;

/// <summary>Turns what matched into a plan: arguments rendered, each action with its key. Pure.</summary>
public static class Planner
{
    /// <summary>More rules than this are not explained one by one.</summary>
    public const int MostExplained = 200;

    // Arguments are read by people; nothing of them is put into HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A fact may be as deep as a document may be, and stands two levels down.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>The plan for that result.</summary>
    public static Plan Plan(RuleSet rules, MatchResult result)
    {
        var left = result.CandidateCount - MostExplained;
        return new Plan
        {
            RuleSet = rules.Hash,
            Rules = result.Explain(MostExplained),
            Actions = Actions(result),
            Facts = DescribeFacts(result.Scope.Event),
            Note = left > 0 ? $"{left} more rules with a fitting trigger are not explained here" : null,
        };
    }

    /// <summary>What the plan is to do, without the explanations.</summary>
    internal static IReadOnlyList<PlannedAction> Actions(MatchResult result) => [.. result.Matches.SelectMany(m => PlanRule(m, result))];

    private static IEnumerable<PlannedAction> PlanRule(RuleMatch match, MatchResult result)
    {
        var branch = match.Truth == Truth.True ? "then" : "else";
        var steps = match.Rule.StepsFor(match.Truth);
        for (var i = 0; i < steps.Count; i++)
        {
            var arguments = Render(steps[i], match.Rule, result, out var problem);
            yield return new PlannedAction
            {
                Key = IdempotencyKey.For(result.Scope.Event.DeliveryId, match.Rule.Name, branch, i),
                Rule = match.Rule.Name,
                Action = steps[i].Action,
                Arguments = arguments,
                IsShadow = match.Rule.Mode == RuleMode.Shadow,
                Problem = problem,
            };
        }
    }

    private static JsonElement Render(ActionStep step, Rule rule, MatchResult result, out string? problem)
    {
        var scope = result.Scope;
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Readable);
        var rendering = new ArgumentRendering(writer, TemplateModel.Root(scope, rule.Name), scope.Event.ReceivedAt);
        step.Arguments.Render(rendering);
        writer.Flush();
        problem = rendering.Problem ?? step.Facts
            .Select(f => scope.Event.Facts.TryGetValue(f, out var fact) ? fact.Problem is { } why ? $"facts.{f}: {why}" : null : $"facts.{f} was not fetched")
            .FirstOrDefault(p => p is not null);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static JsonElement? DescribeFacts(WebhookEvent e)
    {
        if (e.Facts.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Readable);
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
