namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>Finds rules that say the same as another, and steps that do again what a rule for more events does already.</summary>
internal sealed class RepeatedRules(DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, Rule> _rules = new(StringComparer.Ordinal);
    private readonly SiteIndex _steps = new();
    private readonly HashSet<ActionStep> _told = new(ReferenceEqualityComparer.Instance);

    public void Check(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules)
        {
            if (TextOf(rule) is { } text && !_rules.TryAdd(text, rule))
            {
                var first = _rules[text];
                diagnostics.Warning(rule.Position, DiagnosticCode.DuplicateRule,
                    $"the rule '{rule.Name}' says the same as '{first.Name}', so everything is done twice; the other is in {first.Position}");
            }
            else
            {
                CheckSteps(rule);
            }
        }
    }

    private void CheckSteps(Rule rule)
    {
        // After a step that may stop the others, it is not certain that they are done.
        var certain = rule.Then.TakeWhile((_, i) => i == 0 || !rule.Then[i - 1].StopsOnFailure).ToHashSet<ActionStep>(ReferenceEqualityComparer.Instance);
        foreach (var site in Site.Of(rule).Where(s => !s.IsElse && certain.Contains(s.Step)))
        {
            if (WrittenText.Of(site.Step.Arguments, constantOnly: true) is not { } arguments)
            {
                continue;
            }

            var group = $"{site.Step.Action} {arguments}";
            foreach (var other in _steps.Near(group, site))
            {
                var (narrow, wide) = Includes(other, site) ? (site, other) : (other, site);
                if (Includes(wide, narrow) && _told.Add(narrow.Step))
                {
                    Tell(narrow, wide);
                    break;
                }
            }

            _steps.Add(group, site);
        }
    }

    private void Tell(Site narrow, Site wide) => diagnostics.Warning(narrow.Step.Position, DiagnosticCode.RepeatedStep,
        $"whenever the rule '{narrow.Rule.Name}' does this, the rule '{wide.Rule.Name}' does the very same; the other is in {wide.Step.Position}");

    private static bool Includes(Site wide, Site narrow) =>
        wide.Rule.HearsBots == narrow.Rule.HearsBots
        && TriggerOverlap.Covers(wide.Rule, narrow.Rule)
        && wide.Entries.IsSubsetOf(narrow.Entries);

    private static string? TextOf(Rule rule)
    {
        var then = rule.Then.Select(TextOf).ToList();
        var otherwise = rule.Else.Select(TextOf).ToList();
        if (!rule.Timing.IsImmediate || then.Contains(null) || otherwise.Contains(null))
        {
            return null;
        }

        var on = rule.Triggers.Select(t => t.Pattern).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return string.Join('\n', [string.Join(' ', on), WrittenText.Of(rule.Condition), $"{rule.HearsBots}", .. then, "else", .. otherwise]);
    }

    private static string? TextOf(ActionStep step) => WrittenText.Of(step.Arguments, constantOnly: false) is { } arguments
        ? $"{step.Action} {arguments} {(step.When is null ? "" : WrittenText.Of(step.When))} {step.StopsOnFailure}"
        : null;
}
