using System.Text.Json;
using System.Text.RegularExpressions;

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
            else if (!into.TryAdd(entry.Key.Text, entry))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"a variable named '{entry.Key.Text}' stands in {into[entry.Key.Text].Key.Position} already");
            }
        }
    }

    public static JsonElement ToJson(IEnumerable<YamlEntry> entries) =>
        new YamlMapping(default, [.. entries.OrderBy(e => e.Key.Text, StringComparer.Ordinal)]).ToJson();

    [GeneratedRegex(@"^[\w-]{1,80}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
