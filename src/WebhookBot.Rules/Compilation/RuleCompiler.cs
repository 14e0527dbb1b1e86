using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>What came of compiling: a rule set when there is no error, and every diagnostic either way.</summary>
/// <param name="RuleSet">The rule set; null when there is an error.</param>
/// <param name="Diagnostics">All of them, by file and place.</param>
public sealed record Compilation(RuleSet? RuleSet, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>Rule files in, an immutable rule set or all diagnostics out. Used alike by the service, the checker and the tests.</summary>
public sealed class RuleCompiler(RuleVocabulary vocabulary)
{
    private static readonly string[] Sections = ["sources", "rules", "people"];

    private static readonly string[] Later = ["commands", "environments", "vars", "repositories"];

    /// <summary>Compiles all files of a folder; names are unique over all of them.</summary>
    public Compilation Compile(IEnumerable<RuleFile> files)
    {
        var diagnostics = new DiagnosticBag();
        var found = new Found();
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        foreach (var file in sorted)
        {
            CompileFile(file, found, diagnostics);
        }

        CheckTriggers(found, diagnostics);
        found.EventChecks.Run(vocabulary, found.Sources, diagnostics);
        var told = diagnostics.Items
            .OrderBy(d => d.Position.File, StringComparer.Ordinal).ThenBy(d => d.Position.Line).ThenBy(d => d.Position.Column)
            .ToList();
        return new Compilation(diagnostics.HasErrors ? null : new RuleSet(sorted, [.. found.Rules.Values], [.. found.Sources.Values], found.People), told);
    }

    private void CompileFile(RuleFile file, Found found, DiagnosticBag diagnostics)
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
                    new RuleSection(vocabulary, diagnostics, found.EventChecks).Compile(entry.Value, found.Rules);
                    break;
                case "sources":
                    new SourceSection(vocabulary, diagnostics).Compile(entry.Value, found.Sources);
                    break;
                case "people":
                    new PeopleSection(diagnostics).Compile(entry.Value, found.People);
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
    private static void CheckTriggers(Found found, DiagnosticBag diagnostics)
    {
        if (found.Sources.Count == 0)
        {
            return;
        }

        string[] known = [.. found.Sources.Keys, "alert", "*"];
        foreach (var trigger in found.Rules.Values.SelectMany(r => r.Triggers).Where(t => !known.Contains(t.Source)))
        {
            diagnostics.Error(trigger.Position, DiagnosticCode.UnknownSource, $"no source is named '{Suggestion.Shorten(trigger.Source)}'{Suggestion.For(trigger.Source, known.SkipLast(1))}");
        }
    }

    /// <summary>What the files read so far define, by name.</summary>
    private sealed class Found
    {
        public Dictionary<string, Rule> Rules { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SourceDefinition> Sources { get; } = new(StringComparer.Ordinal);

        public EventChecks EventChecks { get; } = new();

        public Dictionary<string, string> People { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
