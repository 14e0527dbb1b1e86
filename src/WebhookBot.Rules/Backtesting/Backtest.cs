
namespace WebhookBot.Rules.Backtesting;

/// <summary>
/// Two rule sets on the same events: what the second decides otherwise than the first. Pure, and safe for use by many threads; nothing is
/// carried out and no fact is fetched.
/// </summary>
/// <param name="before">The rules as they are.</param>
/// <param name="after">The rules as they would be.</param>
public sealed class Backtest(RuleSet before, RuleSet after)
{
    private static readonly Dictionary<string, RuleVerdict> None = [];

    /// <summary>The rules as they are.</summary>
    public RuleSet Before => before;

    /// <summary>The rules as they would be.</summary>
    public RuleSet After => after;

    /// <summary>What differs for one delivery.</summary>
    /// <param name="underBefore">The delivery as the sources of <see cref="Before"/> name it, with the facts recorded.</param>
    /// <param name="underAfter">The same delivery as the sources of <see cref="After"/> name it.</param>
    public Comparison Compare(WebhookEvent underBefore, WebhookEvent underAfter)
    {
        var old = ByName(Verdict.Of(before, underBefore));
        var @new = ByName(Verdict.Of(after, underAfter));
        var rules = new List<RuleComparison>();
        foreach (var name in old.Keys.Concat(@new.Keys.Where(n => !old.ContainsKey(n))))
        {
            rules.Add(Compare(name, old.GetValueOrDefault(name), @new.GetValueOrDefault(name)));
        }

        return new Comparison(rules);
    }

    private static Dictionary<string, RuleVerdict> ByName(IReadOnlyList<RuleVerdict> verdicts) =>
        verdicts.Count == 0 ? None : verdicts.ToDictionary(v => v.Rule.Name, StringComparer.Ordinal);

    private static RuleComparison Compare(string rule, RuleVerdict? old, RuleVerdict? @new)
    {
        var (was, becomes) = (old?.Matched ?? Truth.False, @new?.Matched ?? Truth.False);
        var comparison = new RuleComparison { Rule = rule, Before = was, After = becomes, Open = Open(old, @new) };
        if (was == Truth.Unknown || becomes == Truth.Unknown)
        {
            return comparison;
        }

        // Arguments that lack a fact say nothing about each other.
        var isTold = was != becomes || (old?.IsFactMissing != true && @new?.IsFactMissing != true);
        return isTold ? comparison with { Actions = ActionDifferences.Of(old?.Actions ?? [], @new?.Actions ?? []) } : comparison;
    }

    // What a recorded fact leaves open in both is what the bot itself left open, and no difference.
    private static List<UndecidedRule> Open(RuleVerdict? old, RuleVerdict? @new)
    {
        var open = new List<UndecidedRule>();
        foreach (var question in (old?.Open ?? []).Union(@new?.Open ?? []))
        {
            var (isOld, isNew) = (old?.Open.Contains(question) == true, @new?.Open.Contains(question) == true);
            var side = isOld && isNew ? RuleSetSide.Both : isOld ? RuleSetSide.Before : RuleSetSide.After;
            if (side != RuleSetSide.Both || old!.IsFactMissing)
            {
                open.Add(new UndecidedRule(side, question));
            }
        }

        return open;
    }
}
