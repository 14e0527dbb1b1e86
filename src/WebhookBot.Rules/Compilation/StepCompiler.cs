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

    // Where other tools have the action as a value: uses: some/action.
    private static readonly string[] ActionAsValue = ["uses", "action", "type", "do", "call"];

    public IReadOnlyList<ActionStep> Compile(YamlNode? node)
    {
        switch (node)
        {
            case null:
                return [];
            case YamlSequence { Items.Count: > 0 } list:
                return list.Items.Select(CompileStep).OfType<ActionStep>().ToList();
            case YamlMapping { Entries: [var first, ..] }:
                diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"expected a list of steps, each with one action, found a mapping; begin each step with '- ', as in '- {Suggestion.Shorten(first.Key.Text.TrimStart('-'))}:'");
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

        var known = actions.Where(e => IsAction(e.Key.Text)).ToList();
        if (actions.Count > 1 && known.Count == 1)
        {
            foreach (var other in actions.Where(e => !IsAction(e.Key.Text)))
            {
                Beside(known[0].Key.Text, other.Key);
            }

            actions = known;
        }

        if (actions.Count > 1 && actions.Find(e => ActionAsValue.Contains(e.Key.Text)).Key is { } asValue)
        {
            var named = mapping[asValue.Text] is YamlScalar { Kind: ScalarKind.Text } value ? Suggestion.Shorten(value.Text) : "slack.post";
            diagnostics.Error(asValue.Position, DiagnosticCode.WrongKind, $"a step names its action as a key, and its arguments stand behind it: '- {named}: {{ … }}'");
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

    private bool IsAction(string name) => vocabulary.Actions.Find(name) is not null || LaterActions.Contains(name);

    private void Beside(string action, YamlScalar key)
    {
        var mend = vocabulary.Actions.Find(action)?.Parameters.FirstOrDefault(p => p.Name == key.Text) is { } argument
            ? $"; '{argument.Name}' is an argument of {action}: put it behind '{action}'"
            : ForeignKeys.Mend(RuleKeys.Step, key.Text) ?? (RuleKeys.Rule.Names.Contains(key.Text) ? $"; '{key.Text}' belongs to the rule: put it beside 'on'" : null)
                ?? ActionMeant(key.Text) ?? (Suggestion.Nearest(key.Text, RuleKeys.Step.Names) is null ? Suggestion.Nearest(key.Text, vocabulary.Actions.Names) is { } other ? $"; a step has one action: did you mean '{other}', in a step of its own?" : null : null);
        Shape.Unknown(key, "a step", RuleKeys.Step, diagnostics, mend);
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

    // What other tools call it; its name without the service; and where a service has one action, it is the one that is meant.
    private string? ActionMeant(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..].Replace('-', '_');
        var service = name.Contains('.', StringComparison.Ordinal) ? name[..(name.IndexOf('.', StringComparison.Ordinal) + 1)] : $"{name}.";
        var meant = vocabulary.Actions.All.FirstOrDefault(a => a.AlsoCalled.Contains(name, StringComparer.OrdinalIgnoreCase) || a.AlsoCalled.Contains(last, StringComparer.OrdinalIgnoreCase))?.Name
            ?? vocabulary.Actions.Names.Concat(LaterActions).FirstOrDefault(n => n.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase))
            ?? (vocabulary.Actions.Names.Where(n => n.StartsWith(service, StringComparison.Ordinal)).ToList() is [var only] ? only : null);
        return meant is null ? null : $"; did you mean '{meant}'?{(LaterActions.Contains(meant) ? " It is not part of this version" : "")}";
    }

    private static string? ForeignStep(string name) =>
        RuleKeys.Rule.Names.Contains(name) || ForeignKeys.Mend(RuleKeys.Step, name) is not null ? $"; '{name}' is no action, and a step needs one" : null;

    private ActionStep? CompileAction(YamlEntry entry)
    {
        if (vocabulary.Actions.Find(entry.Key.Text) is not { } descriptor)
        {
            if (LaterActions.Contains(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.NotInThisVersion, $"the action '{entry.Key.Text}' is part of the language, but not of this version of the bot; take the step out");
            }
            else
            {
                diagnostics.Unknown(DiagnosticCode.UnknownAction, "action", entry.Key, vocabulary.Actions.Names, ActionMeant(entry.Key.Text) ?? ForeignStep(entry.Key.Text));
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
