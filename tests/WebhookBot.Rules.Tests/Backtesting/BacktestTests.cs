using CsCheck;
using WebhookBot.Rules.Backtesting;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Backtesting;

/// <summary>What a second rule set decides otherwise than the first.</summary>
public sealed class BacktestTests
{
    [Fact]
    public void Tells_which_rules_fire_newly_or_no_more_and_on_which_deliveries()
    {
        var report = Run(
            """
            rules:
              stays: { on: github.push, if: { x: a }, then: [say: { text: hello }] }
              widens: { on: github.push, if: { x: a }, then: [say: { text: "{{x}}" }] }
              narrows: { on: github.push, if: { x: [a, b] }, then: [say: { text: "{{x}}" }] }
              goes: { on: github.push, if: { x: c }, then: [say: { text: bye }] }
            """,
            """
            rules:
              comes: { on: github.push, if: { x: b }, then: [say: { text: new }] }
              narrows: { on: github.push, if: { x: a }, then: [say: { text: "{{x}}" }] }
              widens: { on: github.push, if: { x: [a, b] }, then: [say: { text: "{{x}}" }] }
              stays: { on: github.push, if: { x: a }, then: [say: { text: hello }] }
            """,
            ["a", "b", "c", "d", "b"]);

        Assert.Equal(["comes", "narrows", "widens", "goes"], report.Changes.Select(c => c.Rule));
        Assert.Equal(["1", "4"], Change(report, "comes").Starts.Select(d => d.Id));
        Assert.Equal(["1", "4"], Change(report, "narrows").Stops.Select(d => d.Id));
        Assert.Equal(["1", "4"], Change(report, "widens").Starts.Select(d => d.Id));
        Assert.Equal(["2"], Change(report, "goes").Stops.Select(d => d.Id));
        Assert.Equal((1, 3), (Change(report, "widens").FiredBefore, Change(report, "widens").FiredAfter));
        Assert.Equal("""{"text":"b"}""", Assert.Single(Change(report, "widens").Actions).Example.After);
        Assert.Equal(["comes"], report.AddedRules);
        Assert.Equal(["goes"], report.RemovedRules);
        Assert.Equal((5, true), (report.Deliveries, report.HasChanges));
        Assert.Empty(report.Undecided);
    }

    [Fact]
    public void Names_the_time_keys_that_differ_and_are_left_aside()
    {
        const string Old = """
            rules:
              same: { on: github.push, throttle: { key: "{{x}}", limit: 1, per: 1h }, then: [say: { text: a }] }
              limit: { on: github.push, throttle: { limit: 1, per: 1h }, then: [say: { text: b }] }
              key: { on: github.push, digest: { key: a, every: 1h }, then: [say: { text: c }] }
              kind: { on: github.push, wait: 1h, then: [say: { text: d }] }
              still: { on: github.push, wait: 1h, cancel_on: github.a.b, still: { x: a }, then: [say: { text: e }] }
              gone: { on: github.push, wait: 1h, then: [say: { text: f }] }
            """;
        var @new = Old.Replace("same: { on: github.push, throttle: { key: \"{{x}}\", limit: 1, per: 1h }", "same: { on: github.push, throttle: { limit: 1, per: 60m, key: \"{{x}}\" }", StringComparison.Ordinal)
            .Replace("{ limit: 1, per: 1h }, then: [say: { text: b }", "{ limit: 2, per: 1h }, then: [say: { text: b }", StringComparison.Ordinal)
            .Replace("key: a", "key: b", StringComparison.Ordinal)
            .Replace("wait: 1h, then: [say: { text: d }", "debounce: 1h, then: [say: { text: d }", StringComparison.Ordinal)
            .Replace("cancel_on: github.a.b, still: { x: a }", "cancel_on: github.a.c, still: { x: b }", StringComparison.Ordinal)
            .Replace("gone:", "come:", StringComparison.Ordinal);

        var report = Run(Old, @new, []);

        Assert.Equal(["limit: throttle", "key: digest", "kind: wait debounce", "still: cancel_on still"], report.Timing.Select(t => $"{t.Rule}: {string.Join(' ', t.Keys)}"));
        Assert.False(report.HasChanges);
    }

    [Fact]
    public void Says_which_fact_was_not_recorded_behind_a_variable_that_holds()
    {
        var report = Run(
            "rules: {}",
            "vars: { team: payments }\nrules: { r: { on: github.push, if: { vars.team: payments, facts.changed_files: a }, then: [say: { text: x }] } }",
            ["a"]);

        var undecided = Assert.Single(report.Undecided);
        Assert.Equal(("r", "facts.changed_files", "it was not recorded"), (undecided.Rule, undecided.Question.What, undecided.Question.Because));
    }

    [Fact]
    public void Tells_which_arguments_differ_on_how_many_deliveries()
    {
        var report = Run(
            "rules: { r: { on: github.push, then: [say: { text: 'got {{x}}', slack: same }, say: { text: 'again' }] } }",
            "rules: { r: { on: github.push, then: [say: { slack: same, text: 'saw {{x}}' }, say: { text: 'again', url: u }] } }",
            ["a", "b"]);

        var change = Assert.Single(report.Changes);
        Assert.Equal(["0", "1"], change.Differs.Select(d => d.Id));
        Assert.Equal(
            [
                new ActionDifference(ActionDifferenceKind.Argument, "say", "text", "\"got a\"", "\"saw a\""),
                new ActionDifference(ActionDifferenceKind.Argument, "say", "url", null, "\"u\""),
            ],
            change.Actions.Select(a => a.Example));
        Assert.All(change.Actions, a => Assert.Equal(("0", 2), (a.On.Id, a.Deliveries)));
    }

    [Theory]
    [InlineData("then: [say: { text: a }, do.all: { title: b }]", "then: [do.all: { title: b }, say: { text: a }]", ActionDifferenceKind.Order, "say, do.all", "do.all, say")]
    [InlineData("then: [say: { text: a }]", "mode: shadow, then: [say: { text: a }]", ActionDifferenceKind.Shadow, "live", "shadow")]
    [InlineData("then: [say: { text: a }]", "then: [do.all: { title: b }, say: { text: a }]", ActionDifferenceKind.Added, null, """{"title":"b"}""")]
    [InlineData("then: [say: { text: a }, say: { text: b }]", "then: [say: { text: a }]", ActionDifferenceKind.Removed, """{"text":"b"}""", null)]
    [InlineData("then: [do.all: { title: a, amount: 1 }]", "then: [do.all: { title: a, amount: '{{x}}' }]", ActionDifferenceKind.Problem, null, null)]
    [InlineData("if: { x: never }, then: [say: { text: a }], else: [say: { text: b }]", "if: { x: never }, then: [say: { text: a }]", ActionDifferenceKind.Removed, """{"text":"b"}""", null)]
    internal void Tells_how_actions_differ(string before, string after, ActionDifferenceKind kind, string? was, string? becomes)
    {
        var report = Run($"rules: {{ r: {{ on: github.push, {before} }} }}", $"rules: {{ r: {{ on: github.push, {after} }} }}", ["not a number"]);

        var change = Assert.Single(report.Changes);
        Assert.Single(change.Differs);
        var difference = change.Actions[0].Example;
        Assert.Equal(kind, difference.Kind);
        if (kind != ActionDifferenceKind.Problem)
        {
            Assert.Equal((was, becomes), (difference.Before, difference.After));
        }
        else
        {
            Assert.Null(difference.Before);
            Assert.NotNull(difference.After);
        }
    }

    [Fact]
    public void Says_of_a_fact_that_was_not_recorded_that_it_cannot_decide()
    {
        const string Old = "rules: { r: { on: github.push, then: [say: { text: a }] } }";
        const string New = "rules: { r: { on: github.push, if: { x: [a, b], facts.reviews: { contains: yes } }, then: [say: { text: a }] } }";

        var report = Run(Old, New, ["a", "b", "c"]);

        var undecided = Assert.Single(report.Undecided);
        Assert.Equal(("r", RuleSetSide.After), (undecided.Rule, undecided.Side));
        Assert.Equal(new OpenQuestion("facts.reviews", "it was not recorded"), undecided.Question);
        Assert.Equal(["0", "1"], undecided.Deliveries.Select(d => d.Id));
        Assert.Equal(["2"], Assert.Single(report.Changes).Stops.Select(d => d.Id));
        Assert.True(report.HasChanges);
    }

    [Fact]
    public void Says_so_when_a_text_would_show_a_fact_that_was_not_recorded()
    {
        const string Old = "rules: { r: { on: github.push, then: [say: { text: a }] }, f: { on: github.push, if: { x: b }, then: [say: { text: a }] } }";
        const string New = "rules: { r: { on: github.push, then: [say: { text: '{{facts.reviews}}' }] }, f: { on: github.push, then: [say: { text: '{{facts.details}}' }] } }";

        var report = Run(Old, New, ["a"]);

        Assert.Equal([("r", "facts.reviews"), ("f", "facts.details")], report.Undecided.Select(u => (u.Rule, u.Question.What)));
        var change = Assert.Single(report.Changes);
        Assert.Equal(("f", 1), (change.Rule, change.Starts.Count));
    }

    [Fact]
    public void Takes_what_a_recorded_fact_leaves_open_in_both_for_no_difference()
    {
        const string Rules = "rules: { r: { on: github.push, if: { facts.changed_files: { all: 'docs/**' } }, then: [say: { text: a }] } }";
        const string Other = "rules: { r: { on: github.push, if: { facts.changed_files: { all: 'src/**' } }, then: [say: { text: a }] } }";
        (string, FactValue)[] truncated = [("changed_files", Events.Truncated("""["docs/a.md"]"""))];

        var same = Run(Rules, Rules, ["a"], truncated);
        var other = Run(Rules, Other, ["a"], truncated);

        Assert.False(same.HasChanges);
        Assert.Empty(same.Undecided);
        var undecided = Assert.Single(other.Undecided);
        Assert.Equal(RuleSetSide.Before, undecided.Side);
        Assert.Contains("truncated", undecided.Question.Because, StringComparison.Ordinal);
        Assert.True(other.HasChanges);
    }

    [Fact]
    public void Names_what_neither_can_decide_and_takes_it_for_no_difference()
    {
        const string Rules = "rules: { r: { on: github.push, if: { facts.reviews: yes }, then: [say: { text: a }] } }";

        var report = Run(Rules, Rules, ["a", "b"]);

        Assert.Equal((RuleSetSide.Both, 2), (Assert.Single(report.Undecided).Side, report.Undecided[0].Deliveries.Count));
        Assert.False(report.HasChanges);
    }

    [Fact]
    public void Decides_with_the_names_that_each_rule_sets_sources_give()
    {
        var rules = TestRules.Set("rules: { r: { on: alert.firing, then: [say: { text: a }] } }");
        var backtest = new Backtest(rules, rules);
        var tally = new BacktestTally(backtest);
        var e = Events.Of("{}", "prometheus.firing");

        tally.Add(Describe(e), backtest.Compare(e with { Aliases = ["alert.firing"] }, e));

        Assert.Single(Assert.Single(tally.Report().Changes).Stops);
    }

    [Fact]
    public void Is_empty_for_the_same_rules_and_tells_exactly_what_the_plans_differ_in() =>
        Gen.Select(RandomRules.Rule.Array[1, 6], RandomRules.Rule.Array[1, 6], RandomRules.Event.Array[1, 8]).Sample((old, changed, events) =>
        {
            var (before, after) = (TestRules.Set(Write(old)), TestRules.Set(Write(changed)));
            Assert.Equal([], Report(before, before, events).Changes);
            Assert.False(Report(before, before, events).HasChanges);

            var report = Report(before, after, events);
            foreach (var (i, e) in events.Index())
            {
                foreach (var rule in before.Rules.Concat(after.Rules).Select(r => r.Name).Distinct())
                {
                    AssertTold(report, rule, $"{i}", Of(before, e, rule), Of(after, e, rule));
                }
            }
        });

    [Fact]
    public void Reads_facts_as_a_plan_holds_them() =>
        RandomRules.Event.Sample(e =>
        {
            var rules = TestRules.Set("rules: { r: { on: '*', then: [say: { text: a }] } }");
            var recorded = TestRules.Plan(rules, e).Facts;

            var read = RecordedFacts.Read(recorded)!;

            Assert.Equal(recorded?.GetRawText(), TestRules.Plan(rules, e with { Facts = read }).Facts?.GetRawText());
            Assert.Equal(e.Facts.Keys, read.Keys);
        });

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"changed_files":["a"]}""")]
    [InlineData("""{"changed_files":{"truncated":true}}""")]
    public void Refuses_facts_that_no_plan_holds(string recorded) => Assert.Null(RecordedFacts.Read(Events.Json(recorded)));

    private static void AssertTold(BacktestReport report, string rule, string delivery, (Truth Matched, string Actions) was, (Truth Matched, string Actions) becomes)
    {
        var change = report.Changes.SingleOrDefault(c => c.Rule == rule);
        bool In(IReadOnlyList<ComparedDelivery>? list) => list?.Any(d => d.Id == delivery) == true;
        var isOpen = was.Matched == Truth.Unknown || becomes.Matched == Truth.Unknown;
        Assert.Equal(!isOpen && (was.Matched, becomes.Matched) == (Truth.False, Truth.True), In(change?.Starts));
        Assert.Equal(!isOpen && (was.Matched, becomes.Matched) == (Truth.True, Truth.False), In(change?.Stops));
        Assert.Equal(!isOpen && was.Matched == becomes.Matched && was.Actions != becomes.Actions, In(change?.Differs));
        if (isOpen && was.Matched != becomes.Matched)
        {
            Assert.Contains(report.Undecided, u => u.Rule == rule && u.Deliveries.Any(d => d.Id == delivery));
        }
    }

    private static (Truth Matched, string Actions) Of(RuleSet rules, WebhookEvent e, string rule)
    {
        var match = RuleMatcher.Match(rules, e).Matches.SingleOrDefault(m => m.Rule.Name == rule);
        var actions = TestRules.Plan(rules, e).Actions.Where(a => a.Rule == rule);
        return (match?.Truth ?? Truth.False, string.Join('\n', actions.Select(a => $"{a.Action} {a.Arguments} {a.IsShadow} {a.Problem}")));
    }

    private static BacktestReport Report(RuleSet before, RuleSet after, IReadOnlyList<WebhookEvent> events)
    {
        var backtest = new Backtest(before, after);
        var tally = new BacktestTally(backtest);
        foreach (var (i, e) in events.Index())
        {
            tally.Add(Describe(e) with { Id = $"{i}" }, backtest.Compare(e, e));
        }

        return tally.Report();
    }

    private static BacktestReport Run(string before, string after, string[] values, params (string, FactValue)[] facts) =>
        Report(TestRules.Set(before), TestRules.Set(after), [.. values.Select(v => Events.Of($$"""{"x":"{{v}}"}""", facts: facts))]);

    private static ComparedDelivery Describe(WebhookEvent e) => new(e.DeliveryId, e.Name, e.Subject, e.ReceivedAt);

    private static string Write(string[] rules) => "rules:\n" + string.Concat(rules.Select((rule, i) => $"  r{i}: {rule}\n"));

    private static RuleChange Change(BacktestReport report, string rule) => report.Changes.Single(c => c.Rule == rule);
}
