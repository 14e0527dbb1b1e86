using System.Text.Json;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Planning;

/// <summary>One rule that was looked at for one event.</summary>
public sealed class RuleMatch
{
    private readonly EvaluationScope _scope;
    private HashSet<string>? _factsWanted;

    internal RuleMatch(Rule rule, Truth truth, EvaluationScope scope)
    {
        Rule = rule;
        Truth = truth;
        _scope = scope;
        Steps = Hears(rule, scope.Event) ? rule.StepsFor(truth) : [];
    }

    public Rule Rule { get; }

    /// <summary>Whether its conditions hold.</summary>
    public Truth Truth { get; }

    /// <summary>What is to be done: none for a rule that does not hear of the event, whatever its conditions say.</summary>
    public IReadOnlyList<ActionStep> Steps { get; }

    /// <summary>Facts that it still needs: to be decided, or for its steps. Without <c>facts.</c>.</summary>
    internal IReadOnlyCollection<string> FactsWanted => _factsWanted ?? (IReadOnlyCollection<string>)[];

    /// <summary>Whether there is anything to plan: steps, or that the rule has ended and its owner is to hear of it.</summary>
    internal bool IsPlanned => Steps.Count > 0 || HasEnded;

    /// <summary>Whether the rule's last day is over, and somebody wants to know.</summary>
    internal bool HasEnded => Rule.Owner is not null && Rule.IsExpiredAt(_scope.Event.ReceivedAt);

    /// <summary>Why, condition by condition; worked out when it is asked for.</summary>
    public RuleExplanation Explain() => new()
    {
        Rule = Rule.Name,
        Matched = Truth,
        Explanation = !Hears(Rule, _scope.Event) ? Refusal()
            : IsDigest(_scope.Event) ? Gathered()
            : Rule.Condition.Explain(_scope),
    };

    /// <summary>Asks the rule.</summary>
    internal static RuleMatch Of(Rule rule, EvaluationScope scope)
    {
        scope.ForgetMissing();
        var match = new RuleMatch(rule, Decide(rule, scope), scope);
        if (match.Truth == Truth.Unknown)
        {
            match.Want(scope.MissingFacts);
        }

        foreach (var step in match.Steps)
        {
            match.Want(WantedBy(step, scope));
        }

        return match;
    }

    // False for a rule that does not hear of the event.
    private static Truth Decide(Rule rule, EvaluationScope scope) =>
        !Hears(rule, scope.Event) ? Truth.False
        : IsDigest(scope.Event) ? Truth.True
        : rule.Condition.Evaluate(scope);

    private static IEnumerable<string> WantedBy(ActionStep step, EvaluationScope scope)
    {
        scope.ForgetMissing();
        var done = step.When?.Evaluate(scope) ?? Truth.True;
        return done switch
        {
            Truth.True => step.Facts.Where(f => !scope.Event.Facts.ContainsKey(f)),
            Truth.Unknown => [.. scope.MissingFacts],
            _ => [],
        };
    }

    private void Want(IEnumerable<string> facts)
    {
        foreach (var fact in facts)
        {
            (_factsWanted ??= new HashSet<string>(StringComparer.Ordinal)).Add(fact);
        }
    }

    private static bool Hears(Rule rule, WebhookEvent e) => !rule.IsExpiredAt(e.ReceivedAt) && (rule.HearsBots || e.Actor is not { IsBot: true });

    // The conditions were asked of each event before it was gathered.
    private static bool IsDigest(WebhookEvent e) => e.Source == Digest.Source;

    private Explanation Gathered() => new() { Condition = "gathered by the digest", Result = Truth.True, At = Rule.Position.ToString() };

    private Explanation Refusal() => Rule.IsExpiredAt(_scope.Event.ReceivedAt)
        ? new Explanation
        {
            Condition = $"until: {Rule.Until:yyyy-MM-dd}",
            Result = Truth.False,
            Because = $"the rule has ended{(Rule.Owner is null ? "" : $"; its owner is {Rule.Owner}")}",
            At = Rule.Position.ToString(),
        }
        : new Explanation
        {
            Condition = "bots: false",
            Result = Truth.False,
            Seen = JsonText.Seen(JsonSerializer.SerializeToElement(_scope.Event.Actor?.Login)),
            Because = "a bot did it; a rule hears of bots when it says 'bots: true' or asks for the login in a condition",
            At = Rule.Position.ToString(),
        };
}

/// <summary>Which rules apply to an event.</summary>
public sealed class MatchResult
{
    internal MatchResult(EvaluationScope scope, IReadOnlyList<Rule> candidates, IReadOnlyList<RuleMatch> matches, IReadOnlySet<string> factsWanted)
    {
        Scope = scope;
        Candidates = candidates;
        Matches = matches;
        FactsWanted = factsWanted;
    }

    /// <summary>The rules that were asked, in order.</summary>
    public IReadOnlyList<RuleMatch> Matches { get; }

    /// <summary>Facts that a rule still needs: to be decided, or for the texts of its actions. Without <c>facts.</c>.</summary>
    public IReadOnlySet<string> FactsWanted { get; }

    internal EvaluationScope Scope { get; }

    /// <summary>The rules that have a trigger that fits, those that an indexed field ruled out among them.</summary>
    internal IReadOnlyList<Rule> Candidates { get; }

    /// <summary>How many rules have a trigger that fits.</summary>
    public int CandidateCount => Candidates.Count;

    /// <summary>
    /// Why each rule whose trigger fits does or does not apply, those that an indexed field ruled out among them; those that were asked come
    /// first when there are more than <paramref name="most"/>.
    /// </summary>
    public IReadOnlyList<RuleExplanation> Explain(int most)
    {
        var asked = Matches.ToDictionary(m => m.Rule.Ordinal);
        var chosen = Candidates
            .OrderBy(r => asked.ContainsKey(r.Ordinal) ? 0 : 1)
            .Take(most)
            .OrderBy(r => r.Ordinal);
        return [.. chosen.Select(r => (asked.GetValueOrDefault(r.Ordinal) ?? new RuleMatch(r, Truth.False, Scope)).Explain())];
    }

    /// <summary>Why that rule does or does not apply; null when it was not looked at.</summary>
    public RuleExplanation? Explain(string rule) => Candidates.FirstOrDefault(r => r.Name == rule) is { } found
        ? (Matches.FirstOrDefault(m => m.Rule.Ordinal == found.Ordinal) ?? new RuleMatch(found, Truth.False, Scope)).Explain()
        : null;
}

/// <summary>Matches events against a rule set. Pure: the same rule set, event and facts give the same result.</summary>
public static class RuleMatcher
{
    /// <summary>Which rules apply, with the facts that the event carries.</summary>
    public static MatchResult Match(RuleSet rules, WebhookEvent e)
    {
        var scope = new EvaluationScope(e, rules);
        var candidates = rules.Index.For(e);
        var selected = candidates.Select(scope);
        var matches = new List<RuleMatch>(selected.Count);
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in selected)
        {
            var match = RuleMatch.Of(rule, scope);
            matches.Add(match);
            wanted.UnionWith(match.FactsWanted);
        }

        return new MatchResult(scope, candidates.All, matches, wanted);
    }
}
