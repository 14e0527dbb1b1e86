using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>A step where it is done: its rule, and what must hold for it.</summary>
internal sealed record Site(Rule Rule, ActionStep Step, bool IsElse, IReadOnlyList<IReadOnlyList<Literal>> Alternatives)
{
    private readonly Lazy<HashSet<string>> _entries = new(() =>
        EntriesOf(Rule.Condition).Concat(Step.When is null ? [] : EntriesOf(Step.When)).ToHashSet(StringComparer.Ordinal));

    /// <summary>Texts of which a field must equal one for it to be done, by the field's path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Pins { get; } = PinsOf(Alternatives);

    /// <summary>What must hold for it, entry by entry, as texts that are the same for what says the same.</summary>
    public IReadOnlySet<string> Entries => _entries.Value;

    /// <summary>The steps of a rule that are done at once. What is held back is meant to come later: a label that is to last a day.</summary>
    public static IEnumerable<Site> Of(Rule rule)
    {
        var held = rule.Timing.IsImmediate && rule.Then.Count > 0 ? Conflicts.Alternatives.Of(rule.Condition) : null;
        var missed = rule.Else.Count > 0 ? Conflicts.Alternatives.Of(rule.Condition, holds: false) : null;
        return Of(rule, rule.Then, isElse: false, held).Concat(Of(rule, rule.Else, isElse: true, missed));
    }

    private static IEnumerable<Site> Of(Rule rule, IReadOnlyList<ActionStep> steps, bool isElse, IReadOnlyList<IReadOnlyList<Literal>>? branch)
    {
        foreach (var step in branch is null ? [] : steps)
        {
            var when = step.When is null ? [[]] : Conflicts.Alternatives.Of(step.When);
            if (Conflicts.Alternatives.Together([branch, when]) is { Count: > 0 } alternatives)
            {
                yield return new Site(rule, step, isElse, alternatives);
            }
        }
    }

    private static IEnumerable<string> EntriesOf(Condition condition) =>
        condition is AllOf all ? all.Parts.SelectMany(EntriesOf) : [WrittenText.Of(condition)];

    private static Dictionary<string, IReadOnlyList<string>> PinsOf(IReadOnlyList<IReadOnlyList<Literal>> alternatives)
    {
        var pins = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var literal in alternatives.Count == 1 ? alternatives[0] : [])
        {
            if (literal is { IsPositive: true, Field.Path.Root: FieldRoot.Payload, Value.OnlyTexts: { Count: > 0 } texts })
            {
                pins.TryAdd(literal.Path, texts);
            }
        }

        return pins;
    }
}
