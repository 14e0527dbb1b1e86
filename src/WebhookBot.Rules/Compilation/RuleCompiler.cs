using WebhookBot.Rules.Compilation.Conflicts;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>What came of compiling: a rule set when there is no error, and every diagnostic either way.</summary>
/// <param name="RuleSet">The rule set; null when there is an error.</param>
/// <param name="Diagnostics">All of them, by file and place.</param>
public sealed record Compilation(RuleSet? RuleSet, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>Rule files in, an immutable rule set or all diagnostics out. Used alike by the service, the checker and the tests.</summary>
public sealed class RuleCompiler(RuleVocabulary vocabulary)
{
    private static readonly string[] Later = ["commands", "environments"];

    /// <summary>Compiles all files of a folder; names are unique over all of them.</summary>
    /// <param name="files">The rule files.</param>
    /// <param name="texts">Reads the texts that they name; null when there are none to read.</param>
    /// <param name="now">The time, to tell of rules that have ended; null has nothing told of it.</param>
    public Compilation Compile(IEnumerable<RuleFile> files, TextFileReader? texts = null, DateTimeOffset? now = null)
    {
        var diagnostics = new DiagnosticBag();
        var found = new Found(vocabulary.Actions);
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        var roots = sorted.Select(f => YamlReader.Read(f, diagnostics)).OfType<YamlMapping>().ToList();
        foreach (var vars in roots.Select(r => r["vars"]).OfType<YamlNode>())
        {
            new VarsSection(diagnostics).Compile(vars, found.Vars);
        }

        var read = texts is null ? TextFiles.None : new TextFiles(texts);
        var known = vocabulary with { Vars = found.Vars.Keys, Texts = read, Today = now is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : null };
        foreach (var entry in roots.SelectMany(r => r.Entries))
        {
            CompileSection(entry, known, found, diagnostics);
        }

        CheckTriggers(vocabulary, found, diagnostics);
        found.EventChecks.Run(new EventSources(vocabulary, found.Sources, found.Rules.Values), diagnostics);
        ConflictChecks.Run(vocabulary, [.. found.Rules.Values], found.Sources, diagnostics);
        var told = diagnostics.Items
            .OrderBy(d => d.Position.File, StringComparer.Ordinal).ThenBy(d => d.Position.Line).ThenBy(d => d.Position.Column)
            .ToList();
        return new Compilation(diagnostics.HasErrors ? null : found.ToRuleSet([.. sorted, .. read.Read]), told);
    }

    private static void CompileSection(YamlEntry entry, RuleVocabulary known, Found found, DiagnosticBag diagnostics)
    {
        switch (entry.Key.Text)
        {
            case "vars":
                break;
            case "rules":
                new RuleSection(known, diagnostics, found.EventChecks).Compile(entry.Value, found.Rules);
                break;
            case "sources":
                new SourceSection(known, diagnostics).Compile(entry.Value, found.Sources);
                break;
            case "people":
                new PeopleSection(diagnostics).Compile(entry.Value, found.People);
                break;
            case "repositories":
                new RepositorySection(known, diagnostics).Compile(entry.Value, found.Repositories);
                break;
            case var later when Later.Contains(later):
                diagnostics.Error(entry.Key.Position, DiagnosticCode.NotInThisVersion, $"'{later}' are part of the language, but not of this version of the bot; take the section out");
                break;
            default:
                diagnostics.Unknown(DiagnosticCode.UnknownSection, "section", entry.Key, FileKeys.Sections.Names, SectionMend(entry.Key.Text));
                break;
        }
    }

    private static string? SectionMend(string name) =>
        ForeignKeys.Mend(FileKeys.Sections, name) ?? (RuleKeys.Rule.Names.Contains(name) || ForeignKeys.Mend(RuleKeys.Rule, name) is not null
            ? $"; '{name}' looks like a part of a rule, and a rule stands under its name in the section 'rules'"
            : null);

    // A rule for a source that no file defines never fires, which is what a slip in its name looks like. Files that define no source
    // at all are read on their own (a single file that is being edited), and are not told so.
    private static void CheckTriggers(RuleVocabulary vocabulary, Found found, DiagnosticBag diagnostics)
    {
        if (found.Sources.Count == 0)
        {
            return;
        }

        string[] known = [.. found.Sources.Keys, Alert.Family, BotEvents.Source, RuleSchedule.Source, "*"];
        foreach (var trigger in found.Rules.Values.SelectMany(r => r.Triggers).Where(t => !known.Contains(t.Source)))
        {
            if (trigger.Source == "chat")
            {
                diagnostics.Error(trigger.Position, DiagnosticCode.NotInThisVersion, "events of 'chat' are part of the language, but not of this version of the bot");
            }
            else
            {
                diagnostics.Error(trigger.Position, DiagnosticCode.UnknownSource, $"no source is named '{Suggestion.Shorten(trigger.Source)}'{EventMend.Of(trigger.Pattern, vocabulary) ?? Suggestion.For(trigger.Source, known.SkipLast(2))}");
            }
        }
    }

    /// <summary>What the files read so far define, by name.</summary>
    private sealed class Found(ActionCatalog actions)
    {
        public Dictionary<string, Rule> Rules { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SourceDefinition> Sources { get; } = new(StringComparer.Ordinal);

        public EventChecks EventChecks { get; } = new(actions);

        public Dictionary<string, string> People { get; } = new(StringComparer.OrdinalIgnoreCase);

        public Dictionary<string, YamlEntry> Vars { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, RepositoryGrant> Repositories { get; } = new(StringComparer.Ordinal);

        public RuleSet ToRuleSet(IReadOnlyList<RuleFile> files) => new(files, [.. Rules.Values], [.. Sources.Values])
        {
            People = People,
            Vars = VarsSection.ToJson(Vars.Values),
            Repositories = [.. Repositories.Values],
        };
    }
}
