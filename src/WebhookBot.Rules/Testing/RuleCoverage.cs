using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Testing;

/// <summary>
/// What the tests run so far have exercised of a rule set: each branch that has steps, and of each direct entry of <c>if</c> and
/// <c>unless</c> that it was seen to hold and seen not to hold. Rules that are off count for nothing.
/// </summary>
public sealed class RuleCoverage(RuleSet rules)
{
    private readonly Dictionary<int, CoveredRule> _byOrdinal =
        rules.Rules.Where(r => r.Mode != RuleMode.Off).ToDictionary(r => r.Ordinal, r => new CoveredRule(r));

    /// <summary>Every rule that is not off, in order.</summary>
    public IReadOnlyCollection<CoveredRule> Rules => _byOrdinal.Values;

    /// <summary>How many branches and outcomes of conditions there are.</summary>
    public int Total => Rules.Sum(r => r.Total);

    /// <summary>How many of them were exercised.</summary>
    public int Covered => Rules.Sum(r => r.Covered);

    /// <summary>Hundred times the part that was exercised, rounded down; 100 when there is nothing to exercise.</summary>
    public int Percent => Total == 0 ? 100 : 100 * Covered / Total;

    internal void Add(MatchResult result)
    {
        var truths = result.Matches.ToDictionary(m => m.Rule.Ordinal, m => m.Truth);
        foreach (var rule in result.Candidates)
        {
            _byOrdinal[rule.Ordinal].Add(truths.GetValueOrDefault(rule.Ordinal, Truth.False), result.Scope);
        }
    }
}

/// <summary>What was exercised of one rule.</summary>
public sealed class CoveredRule
{
    internal CoveredRule(Rule rule)
    {
        Rule = rule;
        var entries = rule.Condition is AllOf all ? all.Parts : [rule.Condition];
        Conditions = [.. entries.SelectMany(Entries).Select(c => new CoveredCondition(c))];
    }

    /// <summary>The rule.</summary>
    public Rule Rule { get; }

    /// <summary>In how many tests its conditions held.</summary>
    public int Matched { get; private set; }

    /// <summary>In how many tests they did not hold; those that could not be decided are not among them.</summary>
    public int NotMatched { get; private set; }

    /// <summary>Each direct entry of <c>if</c> and <c>unless</c>.</summary>
    public IReadOnlyList<CoveredCondition> Conditions { get; }

    /// <summary>Whether <c>then</c> was planned; null when the rule has none.</summary>
    public bool? Then => Rule.Then.Count == 0 ? null : Matched > 0;

    /// <summary>Whether <c>else</c> was planned; null when the rule has none.</summary>
    public bool? Else => Rule.Else.Count == 0 ? null : NotMatched > 0;

    internal int Total => Count(Then is not null) + Count(Else is not null) + (2 * Conditions.Count);

    internal int Covered => Count(Then == true) + Count(Else == true) + Conditions.Sum(c => Count(c.Held) + Count(c.Failed));

    internal void Add(Truth truth, EvaluationScope scope)
    {
        Matched += Count(truth == Truth.True);
        NotMatched += Count(truth == Truth.False);
        foreach (var condition in Conditions)
        {
            condition.Add(scope);
        }
    }

    private static IEnumerable<Condition> Entries(Condition entry) => entry is Not { Words: Not.Unless, Part: AllOf exception } ? exception.Parts : [entry];

    private static int Count(bool isSo) => isSo ? 1 : 0;
}

/// <summary>Which outcomes of one condition were seen.</summary>
public sealed class CoveredCondition
{
    private readonly Condition _condition;

    internal CoveredCondition(Condition condition) => _condition = condition;

    /// <summary>The condition in the rule file's words.</summary>
    public string Words => _condition.Words;

    /// <summary>Where it is written.</summary>
    public Compilation.SourcePosition Position => _condition.Position;

    /// <summary>Whether it was seen to hold.</summary>
    public bool Held { get; private set; }

    /// <summary>Whether it was seen not to hold.</summary>
    public bool Failed { get; private set; }

    internal void Add(EvaluationScope scope)
    {
        var truth = _condition.Evaluate(scope);
        Held |= truth == Truth.True;
        Failed |= truth == Truth.False;
    }
}
