using System.Text.RegularExpressions;

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
        ["not_in"] = "none",
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
    };

    /// <summary><c>; write 'is'</c>; null when no other language calls an operator that.</summary>
    public static string? Mend(string name) => Meant.TryGetValue(name, out var known) ? $"; write '{known}'" : null;

    /// <summary><c>{ gt: 3 }</c> for <c>&gt;3</c>; null for all that is no comparison with a number.</summary>
    public static string? Comparison(string text) =>
        Written().Match(text) is { Success: true } match ? $"{{ {Meant[match.Groups["sign"].Value]}: {match.Groups["number"].Value} }}" : null;

    [GeneratedRegex(@"^\s*(?<sign>[<>]=?|==?|!=)\s*(?<number>-?[0-9]+(\.[0-9]+)?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
