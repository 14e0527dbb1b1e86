using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Templates;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Finds rules that their own actions trigger again, by what the actions say they cause. What the service does it does as a bot, and bots are
/// not heard unless a rule says so: by default a rule never hears of its own doing, and nothing is told.
/// </summary>
internal sealed partial class SelfTriggers(ActionCatalog actions, IReadOnlyDictionary<string, SourceDefinition> sources, DiagnosticBag diagnostics)
{
    // Fits no name in a trigger, only a star.
    private const string AnyName = "?";

    public void Check(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules.Where(r => r.HearsBots && r.Timing.Delay is not Digest))
        {
            CheckSteps(rule, rule.Then, isElse: false);
            CheckSteps(rule, rule.Else, isElse: true);
        }
    }

    private void CheckSteps(Rule rule, IReadOnlyList<ActionStep> steps, bool isElse)
    {
        var caused = steps.Where(s => actions.Find(s.Action)?.Causes.Count > 0).ToList();
        var condition = caused.Count > 0 ? Alternatives.Of(rule.Condition, !isElse) : null;
        if (!isElse && rule.Timing.Delay is Wait { Still: { } still })
        {
            condition = Alternatives.Together([condition, Alternatives.Of(still.Condition)]);
        }

        foreach (var step in caused)
        {
            var when = step.When is null ? condition : Alternatives.Together([condition, Alternatives.Of(step.When)]);
            if (when is { Count: > 0 } && Find(rule, step, when) is var (cause, trigger))
            {
                diagnostics.Warning(step.Position, DiagnosticCode.TriggersItself,
                    $"the rule '{rule.Name}' hears of bots, and this step causes {cause}, which triggers it again; the trigger is in {trigger.Position}");
            }
        }
    }

    private (string Cause, Trigger Trigger)? Find(Rule rule, ActionStep step, IReadOnlyList<IReadOnlyList<Literal>> when)
    {
        var descriptor = actions.Find(step.Action)!;
        var arguments = (ArgumentTemplate.Mapping)step.Arguments;
        var isElsewhere = arguments.Entries.Any(e => descriptor.Target.Contains(e.Key));
        foreach (var cause in descriptor.Causes.Where(c => IsCaused(c, arguments)))
        {
            // Done to another issue or repository, the event that comes back has nothing in common with this one.
            var keeps = isElsewhere ? [] : cause.Keeps;
            if (when.Any(w => w.All(l => IsKept(l, keeps)))
                && EventOf(cause, arguments) is { } name
                && rule.Triggers.FirstOrDefault(t => t.Fits(name)) is { } trigger)
            {
                return (name.Replace(AnyName, "*", StringComparison.Ordinal), trigger);
            }
        }

        return null;
    }

    private static bool IsCaused(EventCause cause, ArgumentTemplate.Mapping arguments) =>
        (cause.With is null || IsGiven(arguments.Entries.FirstOrDefault(e => e.Key == cause.With).Value))
        && arguments.Entries.All(e => e.Key != cause.Without);

    // A template alone may turn out empty.
    private static bool IsGiven(ArgumentTemplate? argument) => argument switch
    {
        ArgumentTemplate.Text text => text.Template.IsConstant && !string.IsNullOrWhiteSpace(text.Template.Text),
        ArgumentTemplate.Items items => items.Parts.Any(IsGiven),
        _ => false,
    };

    private static bool IsKept(Literal literal, IReadOnlyList<string> keeps)
    {
        if (literal.Field.Path.Root != FieldRoot.Payload)
        {
            return literal.Field.Path.Root == FieldRoot.Vars;
        }

        var path = string.Join('.', literal.Steps.TakeWhile(s => s is string));
        return keeps.Any(k => path == k || path.StartsWith($"{k}.", StringComparison.Ordinal));
    }

    private string? EventOf(EventCause cause, ArgumentTemplate.Mapping arguments)
    {
        var parts = cause.Event.Split('.', 2);
        return SourceOf(parts[0]) is { } source
            ? $"{source}.{Placeholder().Replace(parts[1], m => Constant(arguments, m.Groups[1].Value) ?? AnyName)}"
            : null;
    }

    // With two sources of a preset it cannot be told which of them the event comes from. A file that is read alone may lack its sources.
    private string? SourceOf(string preset)
    {
        if (sources.Count == 0)
        {
            return preset;
        }

        var named = sources.Values.Where(s => s.Preset == preset && s.Event is null).Take(2).ToList();
        return named.Count == 1 ? named[0].Name : null;
    }

    private static string? Constant(ArgumentTemplate.Mapping arguments, string name) =>
        arguments.Entries.FirstOrDefault(e => e.Key == name).Value is ArgumentTemplate.Text { Template: { IsConstant: true } template } && Name().IsMatch(template.Text)
            ? template.Text
            : null;

    [GeneratedRegex(@"\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^[\w-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
