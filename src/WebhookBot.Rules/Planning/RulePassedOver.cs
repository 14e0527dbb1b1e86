using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Planning;

/// <summary>A rule that was not looked at for an event, and why.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Why">In words for a person: <c>off</c>, <c>other events: github.push</c>.</param>
/// <param name="At">Where the rule is written.</param>
public sealed record RulePassedOver(string Rule, string Why, SourcePosition At)
{
    /// <summary>The rules of the set that no trigger brings to the event, in order.</summary>
    public static IReadOnlyList<RulePassedOver> Of(RuleSet rules, WebhookEvent e)
    {
        var looked = rules.Index.For(e).All.Select(r => r.Ordinal).ToHashSet();
        return [.. rules.Rules.Where(r => !looked.Contains(r.Ordinal)).Select(Of)];
    }

    /// <summary>That rule, with what keeps it from such events.</summary>
    internal static RulePassedOver Of(Rule rule) => new(rule.Name, Because(rule), rule.Position);

    // What else may keep a rule out of the index has its line here.
    private static string Because(Rule rule) => rule.Mode == RuleMode.Off ? "off" : $"other events: {string.Join(", ", rule.Triggers.Select(t => t.Pattern))}";
}
