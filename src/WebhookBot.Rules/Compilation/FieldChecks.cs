using System.Globalization;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Knowledge;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Compilation;

/// <summary>Checks the fields that one rule reads against what is known of its events.</summary>
internal sealed class FieldChecks(IReadOnlyList<TriggerEvent> events, IReadOnlyDictionary<string, string> factTypes, DiagnosticBag diagnostics)
{
    private const int MostNamed = 3;

    // Many rules for the same events ask for the same few fields.
    private readonly Dictionary<string, List<FoundField>> _found = new(StringComparer.Ordinal);

    /// <summary>Checks a mapping of conditions.</summary>
    /// <param name="node">The mapping; whatever else was reported when it was compiled.</param>
    /// <param name="isAsserted">True when the rule does nothing unless these hold.</param>
    public void CheckCondition(YamlNode? node, bool isAsserted)
    {
        foreach (var entry in (node as YamlMapping)?.Entries ?? [])
        {
            switch (entry.Key.Text)
            {
                case "any" or "all":
                    // Of alternatives, one may be for one event and one for another.
                    CheckList(entry.Value, isAsserted && entry.Key.Text == "all");
                    break;
                case "or" or "and" when entry.Value is YamlSequence list && list.Items.Any(i => i is YamlMapping):
                    break;
                case "not":
                    CheckCondition(entry.Value, isAsserted: false);
                    break;
                default:
                    CheckField(entry, isAsserted && NeedsTheField(entry.Value));
                    break;
            }
        }
    }

    /// <summary>Checks every text in steps that has mustaches.</summary>
    public void CheckTemplates(YamlNode? node)
    {
        switch (node)
        {
            case YamlSequence list:
                foreach (var item in list.Items)
                {
                    CheckTemplates(item);
                }

                break;
            case YamlMapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    CheckTemplates(entry.Value);
                }

                break;
            case YamlScalar scalar when scalar.HasTemplate:
                CheckTemplate(scalar);
                break;
        }
    }

    /// <summary>Warns of a key of an action that is the name of a field, and lacks the braces around it.</summary>
    public void CheckKeys(YamlEntry step)
    {
        foreach (var name in (string[])["key", "thread"])
        {
            if ((step.Value as YamlMapping)?[name] is YamlScalar { Kind: ScalarKind.Text } scalar && FieldPath.TryParse(scalar.Text, out _) is { Root: FieldRoot.Payload } path
                && Find(path.Text, path.Steps).Exists(f => f.Field.Shape?.Kind is ShapeKind.Text or ShapeKind.Number or ShapeKind.Time))
            {
                diagnostics.Warning(scalar.Position, DiagnosticCode.ConstantKey, $"'{Suggestion.Shorten(scalar.Text)}' is a field of the event and stands here as a text, the same for every event; write \"{{{{{Suggestion.Shorten(scalar.Text)}}}}}\"");
            }
        }
    }

    /// <summary>Checks that the events have what an action takes from them when it is not told.</summary>
    public void CheckNeeds(ActionDescriptor action, YamlEntry step)
    {
        foreach (var parameter in action.Parameters.Where(p => p.InsteadFrom.Count > 0 && (step.Value as YamlMapping)?[p.Name] is null))
        {
            var found = parameter.InsteadFrom.SelectMany(f => Find(f, FieldPath.TryParse(f, out _)!.Steps));
            if (found.All(f => f.Field.Shape is null))
            {
                var names = events.Select(e => e.Name).Distinct().ToList();
                diagnostics.Error(step.Key.Position, DiagnosticCode.MissingArgument,
                    $"{action.Name} needs '{parameter.Name}' here, because {Have(names)} no {string.Join(" or ", parameter.InsteadFrom)} to take it from");
            }
        }
    }

    private void CheckList(YamlNode node, bool isAsserted)
    {
        foreach (var item in (node as YamlSequence)?.Items ?? [])
        {
            CheckCondition(item, isAsserted);
        }
    }

    // These hold, or may hold, where the field is not there: whoever writes them knows that it may be missing.
    private static bool NeedsTheField(YamlNode value) => value switch
    {
        YamlScalar scalar => scalar.Kind != ScalarKind.Null,
        YamlSequence list => list.Items.All(NeedsTheField),
        YamlMapping mapping => !mapping.Entries.Any(e => e.Key.Text is "exists" or "not" or "none" or "count" || !NeedsTheField(e.Value)),
        _ => true,
    };

    private void CheckField(YamlEntry entry, bool isNeeded)
    {
        if (FieldPath.TryParse(entry.Key.Text, out _) is not { } path)
        {
            return;
        }

        if (path.Fact is { } fact)
        {
            CheckFact(fact, entry.Key.Position);
        }

        if (path.Root != FieldRoot.Payload)
        {
            return;
        }

        var found = Find(path.Text, path.Steps);
        var present = found.Where(f => f.Field.Shape is not null).ToList();
        if (present.Count == 0)
        {
            var missing = new MissingField(path, found);
            diagnostics.Tell(missing.IsCertain ? Severity.Error : Severity.Warning, entry.Key.Position, DiagnosticCode.UnknownField, missing.InWords());
            return;
        }

        CheckSpelling(entry.Key.Position, path, found);

        var lacking = found.Where(f => f.Field.Shape is null && f.Event.IsNamed).Select(f => f.Event.Name).Distinct().ToList();
        if (lacking.Count > 0 && isNeeded)
        {
            diagnostics.Warning(entry.Key.Position, DiagnosticCode.FieldOfSomeEvents,
                $"{Have(lacking)} no '{Suggestion.Shorten(path.Text)}', so this never holds for {(lacking.Count == 1 ? "it" : "them")}");
        }

        var seen = present.Select(f => new SeenShape(f.Field.Shape!, f.Field.IsSpread)).Distinct().ToList();
        new ValueChecks(Suggestion.Shorten(path.Text), diagnostics).Check(entry.Value, seen);
    }

    // What no event of the rule has stays unknown for ever, and so does all that depends on it.
    private void CheckFact(string fact, SourcePosition at)
    {
        if (factTypes.TryGetValue(fact, out var beginning) && !events.Any(e => e.Name.Split('.', 3) is [_, var type, ..] && (type.Contains('*', StringComparison.Ordinal) || type.StartsWith(beginning, StringComparison.Ordinal))))
        {
            var names = events.Select(e => e.Name).Distinct().ToList();
            diagnostics.Warning(at, DiagnosticCode.FieldOfSomeEvents, $"{Have(names)} no facts.{fact}, so this can never be decided; events that have it begin with {beginning}");
        }
    }

    private void CheckTemplate(YamlScalar template)
    {
        var syntax = TemplateSyntax.Read(template.Text);
        foreach (var fact in syntax.Problem is null ? syntax.Facts : new HashSet<string>())
        {
            CheckFact(fact, template.Position);
        }

        foreach (var (text, within) in syntax.Problem is null ? syntax.Fields : [])
        {
            if (FieldPath.TryParse(text, out _) is { Root: FieldRoot.Payload } path && text is not ("rule" or "payload") && (within is null || IsThere(within, isLoop: text.StartsWith($"{within}[", StringComparison.Ordinal))))
            {
                CheckTemplateField(template.Position, path);
            }
        }
    }

    // What is missing is told once, and not again for all that is read from it. A loop goes through the fields of an object as well.
    private bool IsThere(string block, bool isLoop)
    {
        var shapes = FieldPath.TryParse(block, out _) is { } path ? Find(path.Text, path.Steps).Select(f => f.Field.Shape).OfType<FieldShape>().ToList() : [];
        return shapes.Count > 0 && !(isLoop && shapes.Exists(s => s.Kind is not (ShapeKind.Array or ShapeKind.Anything)));
    }

    private void CheckTemplateField(SourcePosition position, FieldPath path)
    {
        // A template reads a list by index and by length, and never all of its elements at once.
        var steps = path.Steps.Select(s => s is string name && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : s);
        var found = Find($"{{{{{path.Text}", steps);
        var isLength = path.Steps.Last() is "length";
        if (found.Any(f => f.Field is { Shape: not null, IsSpread: false }) || (isLength && found.Any(f => f.Field.IsSpread)))
        {
            CheckSpelling(position, path, found);
            return;
        }

        var words = found.Any(f => f.Field.Shape is not null)
            ? $"'{Suggestion.Shorten(path.Text)}' goes through a list and is always empty here; write {{{{#each ...}}}}, or an index such as [0]"
            : new MissingField(path, found) { IsOfTemplate = true }.InWords();
        diagnostics.Warning(position, DiagnosticCode.UnknownTemplateField, words);
    }

    // Objects that may have any fields have those as well that are misspelt.
    private void CheckSpelling(SourcePosition position, FieldPath path, List<FoundField> found)
    {
        if (new MissingField(path, found).Misspelt() is { } meant)
        {
            diagnostics.Warning(position, DiagnosticCode.NearlyKnownField, meant);
        }
    }

    private List<FoundField> Find(string key, IEnumerable<object> steps)
    {
        if (!_found.TryGetValue(key, out var found))
        {
            var walk = steps.ToList();
            var isPlain = key.TrimStart('{').StartsWith("payload.", StringComparison.Ordinal);
            found = [.. events.Select(e => new FoundField(e, KnownField.Find(isPlain ? e.Payload : e.Seen, walk)))];
            _found[key] = found;
        }

        return found;
    }

    private static string Have(List<string> names) => $"{NamesOf(names)} {(names.Count == 1 ? "has" : "have")}";

    internal static string NamesOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostNamed)) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");
}
