using System.Globalization;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Compilation;

/// <summary>Checks the arguments of one step against the action's descriptor and compiles their templates.</summary>
internal sealed class ArgumentCompiler(RuleVocabulary vocabulary, DiagnosticBag diagnostics, HashSet<string> facts)
{
    public ArgumentTemplate Compile(ActionDescriptor action, YamlMapping mapping, SourcePosition at)
    {
        var entries = new List<(string, ArgumentTemplate)>();
        foreach (var entry in mapping.Entries)
        {
            var parameter = action.Parameters.FirstOrDefault(p => p.Name == entry.Key.Text);
            if (parameter is null)
            {
                diagnostics.Unknown(DiagnosticCode.UnknownArgument, $"argument of {action.Name}", entry.Key, action.Parameters.Select(p => p.Name), Mend(action, entry.Key.Text));
            }
            else if (Argument(parameter, entry.Value) is { } argument)
            {
                entries.Add((parameter.Name, argument));
            }
        }

        foreach (var missing in action.Parameters.Where(p => p.IsRequired && mapping[p.Name] is null && !IsMeant(action, p.Name, mapping)))
        {
            diagnostics.Error(at, DiagnosticCode.MissingArgument, $"{action.Name} needs '{missing.Name}': {missing.Description}");
        }

        if (action.Needs is { } needs)
        {
            CheckChoice(action, needs, mapping, at);
            CheckCompanions(action, needs, mapping);
        }

        return new ArgumentTemplate.Mapping(entries);
    }

    private static string? Mend(ActionDescriptor action, string name)
    {
        if (RuleKeys.Step.Names.Contains(name))
        {
            return $"; '{name}' belongs to the step: indent it as far as '{action.Name}'";
        }

        return action.Parameters.FirstOrDefault(p => p.AlsoCalled.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } meant ? $"; write '{meant.Name}'" : null;
    }

    // A name that is misspelt is told already, and is the one that is missing.
    private static bool IsMeant(ActionDescriptor action, string name, YamlMapping mapping) => mapping.Entries
        .Where(e => action.Parameters.All(p => p.Name != e.Key.Text))
        .Any(e => Suggestion.StandsFor(e.Key.Text, name, action.Parameters.Select(p => p.Name), Mend(action, e.Key.Text)));

    // An argument of the way that was not chosen goes nowhere.
    private void CheckCompanions(ActionDescriptor action, ArgumentChoice choice, YamlMapping mapping)
    {
        foreach (var entry in mapping.Entries.Where(_ => choice.Names.Any(n => mapping[n] is not null)))
        {
            if (action.Parameters.FirstOrDefault(p => p.Name == entry.Key.Text)?.GoesWith is { } other && mapping[other] is null)
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadArgument, $"'{entry.Key.Text}' goes with '{other}', which is not here");
            }
        }
    }

    private void CheckChoice(ActionDescriptor action, ArgumentChoice choice, YamlMapping mapping, SourcePosition at)
    {
        var given = mapping.Entries.Where(e => choice.Names.Contains(e.Key.Text) && !IsEmpty(e.Value)).ToList();
        if (given.Count == 0 && !choice.Names.Any(name => IsMeant(action, name, mapping)) && !mapping.Entries.Any(e => Mend(action, e.Key.Text) is not null))
        {
            diagnostics.Error(at, DiagnosticCode.MissingArgument, $"{action.Name} needs {string.Join(" or ", choice.Names.Select(n => $"'{n}'"))}");
        }
        else if (given.Count > 1 && choice.IsExclusive)
        {
            diagnostics.Error(given[1].Key.Position, DiagnosticCode.BadArgument, $"{action.Name} takes one of {string.Join(" and ", choice.Names.Select(n => $"'{n}'"))}, and here are both; put the second into a step of its own");
        }
    }

    private static bool IsEmpty(YamlNode node) => node is YamlSequence { Items.Count: 0 } || (node is YamlScalar { IsQuoted: true } text && string.IsNullOrWhiteSpace(text.Text));

    private ArgumentTemplate? Argument(ActionParameter parameter, YamlNode node)
    {
        if ((parameter.Type == ParameterType.Text || parameter.TakesFile) && node is YamlMapping { Entries: [{ Key.Text: "file", Value: YamlScalar { Kind: not ScalarKind.Null } name }] })
        {
            return vocabulary.Texts.Find(name, diagnostics) is { } file ? Text(new YamlScalar(new SourcePosition(file.Path, 1, 1), file.Text, IsQuoted: true), parameter.Format, isFile: true) : null;
        }

        switch (parameter.Type)
        {
            case ParameterType.Text when node is YamlScalar { Kind: not ScalarKind.Null } scalar:
                CheckText(parameter, scalar);
                return Text(scalar, parameter.Format);
            case ParameterType.TextList when node is YamlScalar { Kind: not ScalarKind.Null } scalar:
                CheckText(parameter, scalar);
                return new ArgumentTemplate.Items([Text(scalar, parameter.Format)]);
            case ParameterType.TextList when node is YamlSequence list && list.Items.All(i => i is YamlScalar { Kind: not ScalarKind.Null }):
                foreach (var item in list.Items.Cast<YamlScalar>())
                {
                    CheckText(parameter, item);
                }

                return new ArgumentTemplate.Items([.. list.Items.Cast<YamlScalar>().Select(i => Text(i, parameter.Format))]);
            case ParameterType.TextMapping when node is YamlMapping texts && texts.Entries.All(e => e.Value is YamlScalar { Kind: not ScalarKind.Null }):
                CheckEntries(parameter, texts);
                return new ArgumentTemplate.Mapping([.. texts.Entries.Select(e => (e.Key.Text, (ArgumentTemplate)Text((YamlScalar)e.Value, parameter.Format)))]);
            case ParameterType.Number when node is YamlScalar { Kind: ScalarKind.Number } scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                Tell(parameter.Form?.Invoke(scalar.Text), scalar.Position);
                return new ArgumentTemplate.Constant(scalar);
            case ParameterType.Number when node is YamlScalar scalar && scalar.HasTemplate:
                return new ArgumentTemplate.Number(Text(scalar, TextFormat.Plain).Template);
            case ParameterType.Boolean when node is YamlScalar { Kind: ScalarKind.Boolean } scalar:
                return new ArgumentTemplate.Constant(scalar);
            case ParameterType.List when node is YamlSequence list:
                CheckElements(parameter, list);
                return Structure(node, parameter.Format);
            case ParameterType.Structure:
                return Structure(node, parameter.Format);
            default:
                return WrongKind(parameter, node);
        }
    }

    private ArgumentTemplate? WrongKind(ActionParameter parameter, YamlNode node)
    {
        diagnostics.Error(node.Position, DiagnosticCode.BadArgument, $"'{parameter.Name}' takes {InWords(parameter.Type)}, found {node.KindInWords}");
        return null;
    }

    private void CheckElements(ActionParameter parameter, YamlSequence list)
    {
        foreach (var item in list.Items)
        {
            Tell(parameter.Element?.Invoke(item.ToJson()), item.Position);
        }
    }

    private void CheckEntries(ActionParameter parameter, YamlMapping texts)
    {
        foreach (var (key, value) in texts.Entries.Select(e => (e.Key, (YamlScalar)e.Value)))
        {
            Tell(parameter.Entry?.Invoke(key.Text, value.HasTemplate ? null : value.Text), key.Position);
        }
    }

    private void Tell(ArgumentProblem? problem, SourcePosition at)
    {
        if (problem is not null)
        {
            diagnostics.Tell(problem.IsCertain ? Severity.Error : Severity.Warning, at, DiagnosticCode.BadArgument, problem.Message);
        }
    }

    private void CheckText(ActionParameter parameter, YamlScalar scalar)
    {
        if (parameter.NamesSecret)
        {
            SecretNames.Check(scalar, diagnostics);
            return;
        }

        if (scalar.HasTemplate)
        {
            return;
        }

        Tell(parameter.Form?.Invoke(scalar.Text), scalar.Position);
        if (parameter.OneOf is { } choices && !choices.Contains(scalar.Text))
        {
            diagnostics.Error(scalar.Position, DiagnosticCode.BadArgument, $"'{parameter.Name}' is one of {string.Join(", ", choices)}{Suggestion.Near(scalar.Text, choices)}");
        }
    }

    private ArgumentTemplate Structure(YamlNode node, TextFormat format) => node switch
    {
        YamlSequence list => new ArgumentTemplate.Items([.. list.Items.Select(i => Structure(i, format))]),
        YamlMapping mapping => new ArgumentTemplate.Mapping([.. mapping.Entries.Select(e => (NameOf(e.Key), Structure(e.Value, format)))]),
        YamlScalar { Kind: ScalarKind.Text } scalar => Text(scalar, format),
        _ => new ArgumentTemplate.Constant((YamlScalar)node),
    };

    private string NameOf(YamlScalar key)
    {
        if (key.HasTemplate)
        {
            diagnostics.Warning(key.Position, DiagnosticCode.BadTemplate, $"a key is sent as it stands, also {Suggestion.Shorten(key.Text)}; to have a value there, write all of it as one text");
        }

        return key.Text;
    }

    private ArgumentTemplate.Text Text(YamlScalar scalar, TextFormat format, bool isFile = false)
    {
        // Within a file every letter has a place of its own; a text of a rule file has been unfolded and unescaped.
        SourcePosition At(int offset) => isFile ? PlaceOf(scalar, offset) : scalar.Position;
        var syntax = TemplateSyntax.Read(scalar.Text);
        if (syntax.Problem is not null)
        {
            diagnostics.Error(At(syntax.ProblemAt), DiagnosticCode.BadTemplate, syntax.Problem);
        }
        else if (syntax.Unescaped is not null)
        {
            diagnostics.Warning(At(scalar.Text.IndexOf(syntax.Unescaped, StringComparison.Ordinal)), DiagnosticCode.UnescapedTemplate, $"{Suggestion.Shorten(syntax.Unescaped)} is written out without escaping: whoever sends the webhook decides what stands there");
        }

        foreach (var unknown in syntax.Facts.Where(f => !vocabulary.Facts.Contains(f)))
        {
            diagnostics.Error(At(scalar.Text.IndexOf($"facts.{unknown}", StringComparison.Ordinal)), DiagnosticCode.UnknownFact, $"unknown fact '{Suggestion.Shorten(unknown)}'{Suggestion.For(unknown, vocabulary.Facts)}");
        }

        foreach (var unknown in syntax.Vars.Where(v => !vocabulary.Vars.Contains(v)))
        {
            diagnostics.Error(At(scalar.Text.IndexOf($"vars.{unknown}", StringComparison.Ordinal)), DiagnosticCode.UnknownVariable, $"no file defines the variable '{Suggestion.Shorten(unknown)}'{Suggestion.For(unknown, vocabulary.Vars)}");
        }

        if (SecretNames.HoldsSecret(scalar.Text) && !diagnostics.Items.Any(d => d.Code == DiagnosticCode.SecretInRuleFile && d.Position == At(0)))
        {
            diagnostics.Warning(At(0), DiagnosticCode.SecretInRuleFile, "this text has what looks like a secret in it, and whoever can read the rules can read it");
        }

        facts.UnionWith(syntax.Facts);
        return new ArgumentTemplate.Text(Template.From(scalar.Text, format, syntax));
    }

    private static SourcePosition PlaceOf(YamlScalar file, int offset)
    {
        var before = file.Text.AsSpan(0, Math.Max(0, offset));
        return file.Position with { Line = before.Count('\n') + 1, Column = before.Length - before.LastIndexOf('\n') };
    }

    /// <summary>A text that is no argument of an action, such as the key of a throttle.</summary>
    public Template Key(YamlScalar scalar) => Text(scalar, TextFormat.Plain).Template;

    private static string InWords(ParameterType type) => type switch
    {
        ParameterType.Text => "a text",
        ParameterType.TextList => "a text or a list of texts",
        ParameterType.TextMapping => "a mapping from names to texts",
        ParameterType.Number => "a whole number",
        ParameterType.Boolean => "true or false",
        ParameterType.List => "a list",
        _ => "a value",
    };
}
