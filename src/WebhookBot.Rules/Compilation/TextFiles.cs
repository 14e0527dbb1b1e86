namespace WebhookBot.Rules.Compilation;

/// <summary>Reads a text that a rule file names.</summary>
/// <param name="ruleFile">The path of the rule file.</param>
/// <param name="name">The name as it stands there, relative to the rule file's folder.</param>
/// <returns>The file; or null, and why there is none.</returns>
public delegate (RuleFile? File, string? Problem) TextFileReader(string ruleFile, string name);

/// <summary>The texts that rule files named so far. They belong to the rule set and to its hash.</summary>
internal sealed class TextFiles(TextFileReader reader)
{
    private readonly Dictionary<string, RuleFile> _read = new(StringComparer.Ordinal);

    /// <summary>There are no files beside the rule files.</summary>
    public static TextFiles None => new((_, name) => (null, $"the file '{Suggestion.Shorten(name)}' cannot be read here"));

    public IEnumerable<RuleFile> Read => _read.Values.OrderBy(f => f.Path, StringComparer.Ordinal);

    /// <summary>The file; null after reporting why there is none.</summary>
    public RuleFile? Find(YamlScalar name, DiagnosticBag diagnostics)
    {
        var (file, problem) = reader(name.Position.File, name.Text);
        if (file is null)
        {
            diagnostics.Error(name.Position, DiagnosticCode.BadTextFile, problem ?? "there is no such file");
            return null;
        }

        _read[file.Path] = file;
        return file;
    }
}
