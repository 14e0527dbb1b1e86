using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Timing;

/// <summary>Asks the condition behind <c>still</c> when a wait has ended, from the plan it was saved with.</summary>
public sealed class StillConditions(RuleVocabulary vocabulary)
{
    /// <summary>Whether it holds, and the facts that it wants and does not have.</summary>
    /// <param name="written">The mapping behind <c>still</c>, as the plan has it.</param>
    /// <param name="rules">The rule set in force, for its variables.</param>
    /// <param name="e">The event, with the facts fetched so far.</param>
    /// <param name="rule">The rule, for the place that the explanation names; one that is gone has none.</param>
    /// <exception cref="InvalidDataException">A condition that this version does not know.</exception>
    public (Explanation Explanation, IReadOnlySet<string> FactsWanted) Ask(JsonElement written, RuleSet rules, WebhookEvent e, string rule)
    {
        var diagnostics = new DiagnosticBag();
        var known = vocabulary with { Vars = [.. rules.Vars.EnumerateObject().Select(v => v.Name)] };
        var condition = new ConditionCompiler(known, diagnostics).Compile(YamlNode.FromJson(written, rules.Rules.FirstOrDefault(r => r.Name == rule)?.Position ?? new SourcePosition("still", 1, 1)));
        if (condition is null || diagnostics.HasErrors)
        {
            throw new InvalidDataException(diagnostics.HasErrors ? diagnostics.Items[0].Message : "the condition cannot be read");
        }

        var scope = new EvaluationScope(e, rules);
        condition.Evaluate(scope);
        var wanted = scope.MissingFacts.ToHashSet(StringComparer.Ordinal);
        return (condition.Explain(scope), wanted);
    }
}
