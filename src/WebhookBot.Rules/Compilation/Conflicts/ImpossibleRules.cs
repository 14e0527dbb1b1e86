using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Finds rules whose conditions contradict each other. Two different values of one field contradict only where the sender's events are known
/// and the field is no array: of an array, two elements may hold them.
/// </summary>
internal sealed class ImpossibleRules(EventSources sources, DiagnosticBag diagnostics)
{
    private readonly TriggerChecks _events = new(sources, new DiagnosticBag());

    public void Check(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules)
        {
            if (Alternatives.Of(rule.Condition) is not { Count: > 0 } alternatives)
            {
                continue;
            }

            var fields = new Lazy<IReadOnlyList<TriggerEvent>>(() => _events.Events(rule.Triggers) ?? []);
            var contradictions = alternatives.Select(a => Find(a, fields)).ToList();
            if (!contradictions.Contains(null))
            {
                Tell(rule, contradictions[0]!);
            }
        }
    }

    private void Tell(Rule rule, Contradiction contradiction)
    {
        var (first, second) = contradiction;
        var so = $"so the rule '{rule.Name}' never matches";
        diagnostics.Warning(second.Field.Position, DiagnosticCode.NeverMatches, first == second
            ? $"{second.Words} can never hold, {so}"
            : $"{second.Words} cannot hold together with {first.Words}, {so}; the other is in {first.Field.Position}");
    }

    private static Contradiction? Find(IReadOnlyList<Literal> together, Lazy<IReadOnlyList<TriggerEvent>> events) =>
        together.GroupBy(l => l.Path, StringComparer.Ordinal)
            .Select(g => OfField([.. g], events))
            .FirstOrDefault(c => c is not null);

    private static Contradiction? OfField(List<Literal> literals, Lazy<IReadOnlyList<TriggerEvent>> events)
    {
        foreach (var literal in literals)
        {
            if (literals.Find(l => Excludes(literal, l)) is { } other)
            {
                return new Contradiction(literal, other);
            }
        }

        var counts = literals.Where(l => l.Value.IsCount).ToList();
        return Smallest(counts, SampleValues.NoCountFits)
            ?? (SampleValues.NoneFits(literals) && IsOneValue(literals[0], events.Value) ? Smallest(literals, SampleValues.NoneFits) : null);
    }

    // Holds of every value there can be, arrays too.
    private static bool Excludes(Literal one, Literal other) => one.IsPositive
        && (other.IsPositive ? one.Value.WantsAbsence && other.Value.WantsValue : one.Key == other.Key);

    // One that can never hold, or two that cannot together; else the first and the last of those that cannot.
    private static Contradiction? Smallest(List<Literal> literals, Func<IReadOnlyList<Literal>, bool> isImpossible)
    {
        if (literals.Count == 0 || !isImpossible(literals))
        {
            return null;
        }

        foreach (var literal in literals)
        {
            if (literals.Find(l => isImpossible(l == literal ? [l] : [literal, l])) is { } other)
            {
                return new Contradiction(literal, other);
            }
        }

        return new Contradiction(literals[0], literals[^1]);
    }

    private static bool IsOneValue(Literal literal, IReadOnlyList<TriggerEvent> events) =>
        literal.Field.Path.Root == FieldRoot.Delivery
        || (literal.Field.Path.Root == FieldRoot.Payload && events.Count > 0 && events.All(e => IsOneValue(KnownField.Find(e.Payload, literal.Steps))));

    private static bool IsOneValue(KnownField field) =>
        !field.IsSpread && field.Shape?.Kind is null or ShapeKind.Text or ShapeKind.Number or ShapeKind.Boolean or ShapeKind.Time;

    private sealed record Contradiction(Literal First, Literal Second);
}
