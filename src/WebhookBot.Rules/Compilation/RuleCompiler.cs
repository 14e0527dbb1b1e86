using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>What came of compiling: a rule set when there is no error, and every diagnostic either way.</summary>
/// <param name="RuleSet">The rule set; null when there is an error.</param>
/// <param name="Diagnostics">All of them, by file and place.</param>
public sealed record Compilation(RuleSet? RuleSet, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>Rule files in, an immutable rule set or all diagnostics out. Used alike by the service, the checker and the tests.</summary>
public sealed class RuleCompiler(RuleVocabulary vocabulary)
{
    private static readonly string[] Sections = ["sources", "rules"];

    private static readonly string[] Later = ["commands", "environments", "people", "vars", "repositories"];

    /// <summary>Compiles all files of a folder; names are unique over all of them.</summary>
    public Compilation Compile(IEnumerable<RuleFile> files)
    {
        var diagnostics = new DiagnosticBag();
        var rules = new Dictionary<string, Rule>(StringComparer.Ordinal);
        var sources = new Dictionary<string, SourceDefinition>(StringComparer.Ordinal);
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        foreach (var file in sorted)
        {
            CompileFile(file, rules, sources, diagnostics);
        }

        CheckTriggers(rules.Values, sources, diagnostics);
        var found = diagnostics.Items
            .OrderBy(d => d.Position.File, StringComparer.Ordinal).ThenBy(d => d.Position.Line).ThenBy(d => d.Position.Column)
            .ToList();
        return new Compilation(diagnostics.HasErrors ? null : new RuleSet(sorted, [.. rules.Values], [.. sources.Values]), found);
    }

    private void CompileFile(RuleFile file, Dictionary<string, Rule> rules, Dictionary<string, SourceDefinition> sources, DiagnosticBag diagnostics)
    {
        if (YamlReader.Read(file, diagnostics) is not { } root)
        {
            return;
        }

        foreach (var entry in root.Entries)
        {
            switch (entry.Key.Text)
            {
                case "rules":
                    new RuleSection(vocabulary, diagnostics).Compile(entry.Value, rules);
                    break;
                case "sources":
                    new SourceSection(vocabulary, diagnostics).Compile(entry.Value, sources);
                    break;
                case var later when Later.Contains(later):
                    diagnostics.Error(entry.Key.Position, DiagnosticCode.NotInThisVersion, $"'{later}' is not part of this version");
                    break;
                default:
                    diagnostics.Unknown(DiagnosticCode.UnknownSection, "section", entry.Key, Sections);
                    break;
            }
        }
    }

    // A rule for a source that no file defines never fires, which is what a slip in its name looks like. Files that define no source
    // at all are read on their own (a single file that is being edited), and are not told so.
    private static void CheckTriggers(IEnumerable<Rule> rules, Dictionary<string, SourceDefinition> sources, DiagnosticBag diagnostics)
    {
        if (sources.Count == 0)
        {
            return;
        }

        string[] known = [.. sources.Keys, "alert", "*"];
        foreach (var trigger in rules.SelectMany(r => r.Triggers).Where(t => !known.Contains(t.Source)))
        {
            diagnostics.Error(trigger.Position, DiagnosticCode.UnknownSource, $"no source is named '{Suggestion.Shorten(trigger.Source)}'{Suggestion.For(trigger.Source, known.SkipLast(1))}");
        }
    }
}
