using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Turns the lists behind <c>then</c> and <c>else</c> into steps.</summary>
internal sealed class StepCompiler(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    /// <summary>Actions of the language that this version does not carry out.</summary>
    private static readonly string[] LaterActions =
    [
        "slack.react", "github.assign", "github.request_review", "github.check", "github.status", "github.merge", "github.close", "github.reopen",
        "github.lock", "github.milestone", "github.update_branch", "github.issue", "deploy", "rollback", "alert.silence", "chat.reply",
    ];

    public IReadOnlyList<ActionStep> Compile(YamlNode? node)
    {
        switch (node)
        {
            case null:
                return [];
            case YamlSequence { Items.Count: > 0 } list:
                return list.Items.Select(CompileStep).OfType<ActionStep>().ToList();
            case YamlMapping { Entries: [var first, ..] }:
                diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"expected a list of steps, each with one action, found a mapping; begin each step with '- ', as in '- {Suggestion.Shorten(first.Key.Text)}:'");
                return [];
            default:
                diagnostics.WrongKind(node, "a list of steps, each with one action");
                return [];
        }
    }

    private ActionStep? CompileStep(YamlNode node)
    {
        if (Shape.Mapping(node, "a step with one action", diagnostics) is not { } mapping)
        {
            return null;
        }

        var actions = mapping.Entries.Where(e => !RuleKeys.Step.Names.Contains(e.Key.Text)).ToList();
        if (Outdented(actions) is { } outdented)
        {
            diagnostics.Error(outdented.Argument.Position, DiagnosticCode.WrongKind, $"'{outdented.Argument.Text}' is an argument of {outdented.Action}: indent it further than '{outdented.Action}'");
            return null;
        }

        if (actions.Count != 1)
        {
            diagnostics.Error(mapping.Position, DiagnosticCode.WrongKind, actions.Count == 0
                ? "a step names an action"
                : $"a step has one action, found {string.Join(" and ", actions.Select(a => $"'{Suggestion.Shorten(a.Key.Text)}'"))}; put each into a step of its own");
            return null;
        }

        return CompileAction(actions[0]) is { } step ? CompileBeside(step, mapping) : null;
    }

    // Arguments that stand as far left as their action are keys of the step.
    private (string Action, YamlScalar Argument)? Outdented(List<YamlEntry> entries)
    {
        var action = entries.Find(e => e.Value is YamlScalar { Kind: ScalarKind.Null } && vocabulary.Actions.Find(e.Key.Text) is not null).Key?.Text;
        var argument = entries.Find(e => vocabulary.Actions.Find(action ?? "")?.Parameters.Any(p => p.Name == e.Key.Text) == true).Key;
        return argument is null ? null : (action!, argument);
    }

    private ActionStep CompileBeside(ActionStep step, YamlMapping mapping)
    {
        var conditions = new ConditionCompiler(vocabulary, diagnostics);
        var when = mapping["when"] is { } node ? conditions.Compile(node) : null;
        conditions.CheckCount(mapping.Position);
        return step with
        {
            When = when,
            Name = Shape.Text(mapping["name"], "a text", diagnostics),
            Retry = mapping["retry"] is { } retry ? new RetrySection(diagnostics).Compile(retry) : null,
            StopsOnFailure = Shape.Flag(mapping["stop_on_failure"], "stop_on_failure", diagnostics),
        };
    }

    // Where a service has one action, it is the one that is meant.
    private string? OnlyOneOf(string name)
    {
        var service = name.Contains('.', StringComparison.Ordinal) ? name[..(name.IndexOf('.', StringComparison.Ordinal) + 1)] : null;
        return vocabulary.Actions.Names.Where(n => service is not null && n.StartsWith(service, StringComparison.Ordinal)).ToList() is [var only] ? $"; did you mean '{only}'?" : null;
    }

    private ActionStep? CompileAction(YamlEntry entry)
    {
        if (vocabulary.Actions.Find(entry.Key.Text) is not { } descriptor)
        {
            if (LaterActions.Contains(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.NotInThisVersion, $"the action '{entry.Key.Text}' is not part of this version");
            }
            else
            {
                diagnostics.Unknown(DiagnosticCode.UnknownAction, "action", entry.Key, vocabulary.Actions.Names, OnlyOneOf(entry.Key.Text));
            }

            return null;
        }

        if (Shape.Mapping(entry.Value, $"the arguments of {descriptor.Name}", diagnostics) is not { } mapping)
        {
            return null;
        }

        var facts = new HashSet<string>(StringComparer.Ordinal);
        var arguments = new ArgumentCompiler(vocabulary, diagnostics, facts).Compile(descriptor, mapping, entry.Key.Position);
        return new ActionStep { Position = entry.Key.Position, Action = descriptor.Name, Facts = facts, Arguments = arguments };
    }
}
