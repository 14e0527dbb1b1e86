using System.Text.RegularExpressions;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>What other languages call the operators, for people who come from them. None of these names is one here.</summary>
internal static partial class OperatorSynonyms
{
    private static readonly Dictionary<string, string> Meant = new(StringComparer.OrdinalIgnoreCase)
    {
        ["equals"] = "is",
        ["equal"] = "is",
        ["eq"] = "is",
        ["="] = "is",
        ["=="] = "is",
        ["or"] = "any",
        ["in"] = "any",
        ["one_of"] = "any",
        ["any_of"] = "any",
        ["and"] = "all",
        ["all_of"] = "all",
        ["not_in"] = "not",
        ["regex"] = "matches",
        ["regexp"] = "matches",
        ["neq"] = "not",
        ["ne"] = "not",
        ["not_equals"] = "not",
        ["!="] = "not",
        [">"] = "gt",
        [">="] = "gte",
        ["<"] = "lt",
        ["<="] = "lte",
        ["greater"] = "gt",
        ["greater_than"] = "gt",
        ["less"] = "lt",
        ["less_than"] = "lt",
        ["min"] = "gte",
        ["max"] = "lte",
        ["like"] = "matches",
        ["begins_with"] = "starts_with",
        ["prefix"] = "starts_with",
        ["suffix"] = "ends_with",
        ["include"] = "contains",
        ["includes"] = "contains",
        ["has"] = "contains",
        ["present"] = "exists",
        ["defined"] = "exists",
        ["length"] = "count",
        ["size"] = "count",
        ["before"] = "older_than",
        ["after"] = "newer_than",
        ["between"] = "within",
    };

    /// <summary><c>; write 'is'</c>; null when no other language calls an operator that.</summary>
    public static string? Mend(string name) => Meant.TryGetValue(name, out var known) ? $"; write '{known}'" : null;

    /// <summary><c>{ gt: 3 }</c> for <c>&gt;3</c>; null for all that is no comparison with a number.</summary>
    public static string? Comparison(string text) =>
        Written().Match(text) is { Success: true } match ? $"{{ {Meant[match.Groups["sign"].Value]}: {match.Groups["number"].Value} }}" : null;

    /// <summary>How conditions are written that stand there as an expression or as a list.</summary>
    public static string AsMapping(YamlNode node)
    {
        var text = (node as YamlScalar ?? (node as YamlSequence)?.Items.OfType<YamlScalar>().FirstOrDefault())?.Text ?? "";
        var example = Expression().Match(text) is { Success: true } match
            ? $"{match.Groups["field"].Value}: {(match.Groups["sign"].Value.StartsWith('!') ? $"{{ not: {match.Groups["value"].Value} }}" : match.Groups["value"].Value)}"
            : "pull_request.draft: false";
        return node is YamlSequence
            ? $"write each without a dash, the field as a key and what it equals behind it: {{ {Suggestion.Shorten(example)} }}"
            : $"there are no expressions: the field is a key, and what it equals stands behind it: {{ {Suggestion.Shorten(example)} }}";
    }

    /// <summary><c>total: { gt: 3 }</c> for <c>total &gt; 3</c>; null for what is no comparison.</summary>
    public static string? AsCondition(string text) =>
        Compared().Match(text) is { Success: true } match ? $"{Suggestion.Shorten(match.Groups["field"].Value)}: {Comparison(match.Groups["rest"].Value) ?? match.Groups["rest"].Value.TrimStart('=', ' ')}" : null;

    [GeneratedRegex("""^(?<field>[A-Za-z_][\w.]*)\s*(?<rest>([<>]=?|==)\s*[^\s<>=]+)\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Compared();

    [GeneratedRegex("""^(\$\{\{\s*)?(github\.event\.)?(?<field>[A-Za-z_][\w.]*)\s*(?<sign>[!=]==?|!?=)\s*['"]?(?<value>[^'"\s&|}]+)['"]?\s*(\}\})?\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^\s*(?<sign>[<>]=?|==?|!=)\s*(?<number>-?[0-9]+(\.[0-9]+)?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
