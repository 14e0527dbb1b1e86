using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles a rule's safety switches: <c>until</c>, <c>owner</c>, <c>max_per_subject</c>, <c>bots</c>.</summary>
internal sealed partial class SwitchSection(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    public Rule Apply(Rule rule, YamlMapping mapping)
    {
        var until = mapping["until"] is { } day ? Shape.LastDay(day, diagnostics) : null;
        var owner = mapping["owner"] is { } name ? Owner(name) : null;
        if (until is not null && mapping["owner"] is null)
        {
            diagnostics.Warning(mapping["until"]!.Position, DiagnosticCode.NobodyIsTold, "nobody is told when this rule ends; add 'owner' with a Slack channel or @login");
        }

        if (until < vocabulary.Today)
        {
            diagnostics.Warning(mapping["until"]!.Position, DiagnosticCode.RuleHasEnded, "this day is over, so the rule is not looked at any more; take it out, or write a later day");
        }

        return rule with
        {
            Until = until,
            Owner = owner,
            MaxPerSubject = MaxPerSubject(mapping["max_per_subject"]) ?? Rule.DefaultMaxPerSubject,
            HearsBots = mapping["bots"] is { } bots ? Shape.Flag(bots, "bots", diagnostics) : NamesActor(rule.Condition),
        };
    }

    // A condition that asks who did it has thought of bots.
    private static bool NamesActor(Condition condition) => condition switch
    {
        AllOf all => all.Parts.Any(NamesActor),
        AnyOf any => any.Parts.Any(NamesActor),
        Not not => NamesActor(not.Part),
        FieldCondition { Path: { Root: FieldRoot.Payload } path } => path.Text == "sender.type" || path.Steps.Last() is "login",
        _ => false,
    };

    private int? MaxPerSubject(YamlNode? node) =>
        node is null ? null : Shape.Count(node, "'max_per_subject' is", RuleKeys.LargestCount, DiagnosticCode.BadValue, diagnostics);

    private string? Owner(YamlNode node)
    {
        if (node is YamlScalar scalar && OwnerPattern().IsMatch(scalar.Text))
        {
            return scalar.Text;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"'owner' takes a Slack channel (\"#dev\" or its id) or a GitHub login (\"@octocat\"), found {node.KindInWords}");
        return null;
    }

    [GeneratedRegex(@"^(#[\w.-]{1,80}|@[\w.-]{1,80}|[CDGUW][A-Z0-9]{6,20})\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnerPattern();
}
