using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles the <c>vars</c> of all files into one JSON object.</summary>
internal sealed partial class VarsSection(DiagnosticBag diagnostics)
{
    public void Compile(YamlNode node, Dictionary<string, YamlEntry> into)
    {
        foreach (var entry in Shape.Mapping(node, "values by name", diagnostics)?.Entries ?? [])
        {
            if (!NamePattern().IsMatch(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadName, $"'{Suggestion.Shorten(entry.Key.Text)}' is no name of a variable; use letters, digits, '-' and '_', 80 at most");
            }
            else if (into.TryAdd(entry.Key.Text, entry))
            {
                Doubt(entry);
            }
            else
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"a variable named '{entry.Key.Text}' stands in {into[entry.Key.Text].Key.Position} already");
            }
        }
    }

    private void Doubt(YamlEntry entry)
    {
        if (entry.Value is YamlScalar { Kind: ScalarKind.Null })
        {
            diagnostics.Warning(entry.Key.Position, DiagnosticCode.BadValue, $"the variable '{entry.Key.Text}' has no value; a text that begins with # stands in quotes: \"#dev\"");
        }
        else if (entry.Value is YamlMapping && FileKeys.Sections.Names.Contains(entry.Key.Text))
        {
            diagnostics.Warning(entry.Key.Position, DiagnosticCode.BadValue, $"'{entry.Key.Text}' is a variable here; the section of that name stands at the beginning of its line");
        }
    }

    public static JsonElement ToJson(IEnumerable<YamlEntry> entries) =>
        new YamlMapping(default, [.. entries.OrderBy(e => e.Key.Text, StringComparer.Ordinal)]).ToJson();

    [GeneratedRegex(@"^[\w-]{1,80}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
