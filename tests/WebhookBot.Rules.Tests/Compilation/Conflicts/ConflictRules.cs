using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Tests.Compilation.Conflicts;

/// <summary>What is told of conflicts between rules, without what else is told.</summary>
internal static class ConflictRules
{
    /// <summary>The codes, in the order of the places. Each rule is written in flow style, and named a, b, c.</summary>
    public static IReadOnlyList<string> Codes(params string[] rules) => [.. Told(TestRules.Vocabulary, "", rules).Select(d => d.Code)];

    /// <summary>The same with sources in front.</summary>
    public static IReadOnlyList<string> CodesWith(string sources, params string[] rules) =>
        [.. Told(TestRules.Vocabulary, $"sources: {{ {sources} }}\n", rules).Select(d => d.Code)];

    /// <summary>The same for the made-up sender's events, whose fields are known.</summary>
    public static IReadOnlyList<string> KnownCodes(params string[] rules) => [.. Told(KnownEvents.Vocabulary, "", rules).Select(d => d.Code)];

    private static IEnumerable<Diagnostic> Told(RuleVocabulary vocabulary, string sources, string[] rules)
    {
        var text = $"{sources}rules:\n" + string.Concat(rules.Select((r, i) => $"  {(char)('a' + i)}: {{ {r} }}\n"));
        var compilation = new RuleCompiler(vocabulary).Compile([new RuleFile("rules.yml", text)]);
        Assert.True(compilation.RuleSet is not null, string.Join('\n', compilation.Diagnostics) + "\n" + text);
        return compilation.Diagnostics.Where(d => d.Code.StartsWith("WB017", StringComparison.Ordinal));
    }
}
