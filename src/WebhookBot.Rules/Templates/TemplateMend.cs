using System.Text.RegularExpressions;
using static WebhookBot.Rules.Compilation.Suggestion;

namespace WebhookBot.Rules.Templates;

/// <summary>What to write for a mustache in the words of other template languages: Jinja, Liquid, Go, GitHub's expressions, n8n.</summary>
internal static partial class TemplateMend
{
    /// <summary>What is wrong and what to write; null for an expression that is none of theirs.</summary>
    /// <param name="expression">What stands in the mustache.</param>
    public static string? Of(string expression)
    {
        if (Block().Match(expression) is { Success: true } block)
        {
            return block.Groups["word"].Value switch
            {
                "if" or "unless" or "with" => $"a block begins with #: write {{{{#{Shorten(expression)}}}}} … {{{{/{block.Groups["word"].Value}}}}}",
                "elif" or "elsif" or "elseif" => "write {{else if …}}",
                "end" or "endif" or "endfor" or "fi" or "done" => "a block is closed by its name: write {{/if}} or {{/each}}",
                _ => "a block begins with #: write {{#each path}} … {{/each}}, with {{this}} for the element",
            };
        }

        if (Comparison().Match(expression) is { Success: true } compared)
        {
            var call = $"eq {compared.Groups["left"].Value} {Quoted(compared.Groups["right"].Value)}";
            var isNot = compared.Groups["sign"].Value[0] == '!';
            return expression.StartsWith("if ", StringComparison.Ordinal)
                ? $"there are no expressions; write {{{{#{(isNot ? "unless" : "if")} ({Shorten(call)})}}}}"
                : $"there are no expressions; write ({Shorten(call)})";
        }

        if (Otherwise().Match(expression) is { Success: true } other)
        {
            return $"there are no expressions; write {{{{default {Shorten(other.Groups["path"].Value)} {Shorten(Quoted(other.Groups["value"].Value))}}}}}";
        }

        if (Function().Match(expression) is { Success: true } call2 && TemplateHelpers.Names.Contains(call2.Groups["name"].Value))
        {
            return $"a helper is called without parentheses; write {{{{{call2.Groups["name"].Value} {Shorten(call2.Groups["arguments"].Value.Replace(",", "", StringComparison.Ordinal))}}}}}";
        }

        return Filters(expression);
    }

    /// <summary>The path as it is written here, for one that begins with the dot of Go or the dollar of n8n; null for any other.</summary>
    public static string? Path(string token)
    {
        if (GoPath().IsMatch(token))
        {
            var parts = token[1..].Split('.').Select(p => p.Length > 1 && char.IsUpper(p[0]) && !char.IsUpper(p[1]) ? char.ToLowerInvariant(p[0]) + p[1..] : p);
            return string.Join('.', parts);
        }

        return Dollar().Match(token) is { Success: true } dollar ? dollar.Groups["path"].Value : null;
    }

    // title | truncate: 20 | upper
    private static string? Filters(string expression)
    {
        if (Filter().Match(expression) is not { Success: true } match)
        {
            return null;
        }

        var written = match.Groups["path"].Value;
        foreach (Capture filter in match.Groups["filter"].Captures)
        {
            var parts = filter.Value.Split([':', '(', ')', ' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts is not [var name, .. var arguments] || !TemplateHelpers.Names.Contains(name))
            {
                return $"there are no filters with '|', and no helper '{Shorten(parts.FirstOrDefault() ?? "")}'; a helper is called as in {{{{upper {Shorten(match.Groups["path"].Value)}}}}}";
            }

            written = string.Join(' ', [name, written.Contains(' ', StringComparison.Ordinal) ? $"({written})" : written, .. arguments]);
        }

        return $"there are no filters with '|'; write {{{{{Shorten(written)}}}}}";
    }

    private static string Quoted(string value) => value is "true" or "false" || value[0] is '"' or '\'' || char.IsAsciiDigit(value[0]) || value.Contains('.', StringComparison.Ordinal) ? value : $"\"{value}\"";

    [GeneratedRegex(@"^(?<word>if|unless|with|range|for|foreach|each|elif|elsif|elseif|end|endif|endfor|fi|done)(\s+[^=!|&]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex("""^(if\s+|unless\s+)?(?<left>[\w.\[\]]+)\s*(?<sign>[=!]==?)\s*(?<right>"[^"]*"|'[^']*'|[\w.]+)\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex("""^(?<path>[\w.\[\]]+)\s*(or|\?\?|\|\||\?:)\s*(?<value>"[^"]*"|'[^']*'|[\w.]+)\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Otherwise();

    [GeneratedRegex(@"^(?<name>[a-z_]+)\((?<arguments>[^()]+)\)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Function();

    [GeneratedRegex(@"^(?<path>[\w.\[\]$-]+)(\s*\|(?<filter>[^|]+))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Filter();

    [GeneratedRegex(@"^\.[A-Za-z_]", RegexOptions.CultureInvariant)]
    private static partial Regex GoPath();

    [GeneratedRegex(@"^\$(json|input|event|payload)\.(body\.)?(?<path>\w.*)\z|^\$(?<path>labels\.\w.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dollar();
}
