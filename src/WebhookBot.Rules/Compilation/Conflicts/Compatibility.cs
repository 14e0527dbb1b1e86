using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Whether two steps can both be done on one event. Different fields are held to be independent only when they belong to different things:
/// of one pull request, that it is merged says something about its state.
/// </summary>
internal static class Compatibility
{
    private static readonly string[] InEveryEvent = ["repository", "organization", "sender"];

    /// <summary>True only when it is certain, as far as the fields are.</summary>
    public static bool CanBothBeDone(Site one, Site other) =>
        one.Rule.HearsBots == other.Rule.HearsBots
        && one.Alternatives.Any(a => other.Alternatives.Any(b => CanHold(one.Rule, a, other.Rule, b)));

    private static bool CanHold(Rule one, IReadOnlyList<Literal> ofOne, Rule other, IReadOnlyList<Literal> ofOther)
    {
        var onlyOne = ofOne.Where(a => !ofOther.Any(a.SaysTheSame)).ToList();
        var onlyOther = ofOther.Where(b => !ofOne.Any(b.SaysTheSame)).ToList();
        return onlyOne.All(l => IsPossible(l, one))
            && onlyOther.All(l => IsPossible(l, other))
            && onlyOne.All(a => onlyOther.All(b => CanHold(a, b, ofOne, ofOther)));
    }

    private static bool CanHold(Literal a, Literal b, IReadOnlyList<Literal> ofOne, IReadOnlyList<Literal> ofOther) => a.Path == b.Path
        ? SampleValues.SomeFits([.. ofOne.Concat(ofOther).Where(l => l.Path == a.Path)])
        : AreIndependent(a, b);

    private static bool AreIndependent(Literal a, Literal b)
    {
        var (one, other) = (a.Names, b.Names);
        if (one.Zip(other).All(p => p.First == p.Second) || one[^1] == other[^1])
        {
            return false;
        }

        return a.Field.Path.Root != b.Field.Path.Root || Thing(one) != Thing(other) || a.Value.IsRange != b.Value.IsRange;
    }

    private static string Thing(IReadOnlyList<string> names) => names.Count > 1 ? names[0] : "";

    // What an event's name says, and what it has not, its triggers decide and not this condition alone.
    private static bool IsPossible(Literal literal, Rule rule)
    {
        var isOneEvent = rule.Triggers is [{ IsExact: true }];
        return literal.Field.Path.Root switch
        {
            FieldRoot.Facts => !literal.Value.IsPresence,
            FieldRoot.Payload when literal.Steps is ["action", ..] => false,
            FieldRoot.Payload when literal.Value.IsPresence => isOneEvent && literal.IsPositive,
            FieldRoot.Payload => !literal.IsPositive || isOneEvent || rule.Triggers.All(t => IsIn(t, literal.Steps[0] as string)),
            _ => false,
        };
    }

    // github.pull_request.opened has 'pull_request', github.issues.opened has 'issue'.
    private static bool IsIn(Trigger trigger, string? field)
    {
        var type = trigger.Pattern.Split('.').ElementAtOrDefault(1);
        return field is not null && (InEveryEvent.Contains(field) || type == field || type == $"{field}s");
    }
}
