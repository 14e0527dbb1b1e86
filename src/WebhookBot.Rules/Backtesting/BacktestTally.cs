namespace WebhookBot.Rules.Backtesting;

/// <summary>Adds the comparisons of a backtest up to its report. The order in which deliveries are added is that in which they are listed.</summary>
public sealed class BacktestTally(Backtest backtest)
{
    private readonly Dictionary<string, RuleTally> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rule, UndecidedRule Open), List<ComparedDelivery>> _undecided = [];
    private (DateTimeOffset First, DateTimeOffset Last)? _span;

    /// <summary>How many were added.</summary>
    public int Deliveries { get; private set; }

    /// <summary>Adds one delivery.</summary>
    public void Add(ComparedDelivery delivery, Comparison comparison)
    {
        Deliveries++;
        var at = delivery.ReceivedAt;
        _span = _span is var (first, last) ? (at < first ? at : first, at > last ? at : last) : (at, at);
        foreach (var rule in comparison.Rules)
        {
            if (!_rules.TryGetValue(rule.Rule, out var tally))
            {
                _rules.Add(rule.Rule, tally = new RuleTally());
            }

            tally.Add(delivery, rule);
            foreach (var open in rule.Open)
            {
                if (!_undecided.TryGetValue((rule.Rule, open), out var deliveries))
                {
                    _undecided.Add((rule.Rule, open), deliveries = []);
                }

                deliveries.Add(delivery);
            }
        }
    }

    /// <summary>What was added so far.</summary>
    public BacktestReport Report()
    {
        var (before, after) = (backtest.Before.Rules, backtest.After.Rules);
        var (old, @new) = (before.Select(r => r.Name).ToHashSet(StringComparer.Ordinal), after.Select(r => r.Name).ToHashSet(StringComparer.Ordinal));
        var all = after.Concat(before.Where(r => !@new.Contains(r.Name))).ToList();
        var byName = before.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var order = all.Index().ToDictionary(r => r.Item.Name, r => r.Index, StringComparer.Ordinal);
        return new BacktestReport
        {
            Deliveries = Deliveries,
            Span = _span,
            Changes = [.. all.Select(rule => _rules.GetValueOrDefault(rule.Name)?.Change(rule)).OfType<RuleChange>()],
            Undecided = [.. _undecided
                .OrderBy(u => order[u.Key.Rule]).ThenBy(u => u.Key.Open.Question.What, StringComparer.Ordinal)
                .Select(u => new UndecidedChange(u.Key.Rule, u.Key.Open.Side, u.Key.Open.Question, u.Value))],
            Timing = [.. after.Select(rule => Timing(byName.GetValueOrDefault(rule.Name), rule)).OfType<TimingChange>()],
            AddedRules = [.. after.Select(r => r.Name).Where(n => !old.Contains(n))],
            RemovedRules = [.. before.Select(r => r.Name).Where(n => !@new.Contains(n))],
        };
    }

    private static TimingChange? Timing(Rule? old, Rule @new)
    {
        var keys = old is null ? [] : old.Timing.Said.Zip(@new.Timing.Said).Where(s => s.First.Says != s.Second.Says).Select(s => s.First.Key).ToList();
        return keys.Count == 0 ? null : new TimingChange(@new.Name, @new.Position.ToString(), keys);
    }

    private sealed class RuleTally
    {
        private readonly List<ComparedDelivery> _starts = [];
        private readonly List<ComparedDelivery> _stops = [];
        private readonly List<ComparedDelivery> _differs = [];
        private readonly OrderedDictionary<(ActionDifferenceKind, string, string?), ActionChange> _actions = [];
        private int _before;
        private int _after;

        public void Add(ComparedDelivery delivery, RuleComparison rule)
        {
            _before += rule.Before == Truth.True ? 1 : 0;
            _after += rule.After == Truth.True ? 1 : 0;
            switch (rule)
            {
                case { Before: Truth.Unknown } or { After: Truth.Unknown }:
                    return;
                case { Before: Truth.False, After: Truth.True }:
                    _starts.Add(delivery);
                    break;
                case { Before: Truth.True, After: Truth.False }:
                    _stops.Add(delivery);
                    break;
                case { Actions.Count: > 0 }:
                    _differs.Add(delivery);
                    break;
            }

            foreach (var kind in rule.Actions.GroupBy(a => (a.Kind, a.Action, a.Argument)))
            {
                _actions[kind.Key] = _actions.TryGetValue(kind.Key, out var known)
                    ? known with { Deliveries = known.Deliveries + 1 }
                    : new ActionChange(kind.First(), delivery, 1);
            }
        }

        public RuleChange? Change(Rule rule) => _starts.Count + _stops.Count + _differs.Count == 0 ? null : new RuleChange
        {
            Rule = rule.Name,
            At = rule.Position.ToString(),
            FiredBefore = _before,
            FiredAfter = _after,
            Starts = _starts,
            Stops = _stops,
            Differs = _differs,
            Actions = [.. _actions.Values],
        };
    }
}
