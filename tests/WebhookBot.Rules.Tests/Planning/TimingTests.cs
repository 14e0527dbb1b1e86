using System.Text.Json;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Planning;

/// <summary>What the time keys of a rule put into its plan.</summary>
public class TimingTests
{
    private static readonly DateTimeOffset Noon = Events.Noon;

    [Fact]
    public void A_wait_holds_every_step_back_and_says_what_calls_it_off()
    {
        var plan = Plan("wait: 24h, cancel_on: [github.pull_request.closed, github.pull_request_review.*], still: { draft: false }");

        var action = Assert.Single(plan.Actions);
        Assert.Equal(Noon.AddHours(24), action.NotBefore);
        Assert.Equal(Hold.WaitingFor("github:acme/shop"), action.Hold!.Key);
        Assert.Equal(["github.pull_request.closed", "github.pull_request_review.*"], action.Hold.CancelOn);
        Assert.Equal("""{"draft":false}""", action.Hold.Still!.Value.GetRawText());
        Assert.Equal("waits until 2026-01-06 12:00:00Z", Assert.Single(plan.Rules).Note);
    }

    [Fact]
    public void A_wait_that_is_over_when_it_is_planned_still_leaves_a_moment_for_what_calls_it_off()
    {
        var late = Noon.AddDays(3);
        Assert.Equal(late.AddSeconds(10), Assert.Single(Plan("wait: 24h", new Past(late)).Actions).NotBefore);
        Assert.Equal(late.AddSeconds(3), Assert.Single(Plan("wait: 3s", new Past(late)).Actions).NotBefore);
    }

    [Fact]
    public void Else_is_done_at_once()
    {
        var rules = TestRules.Set("rules:\n  r:\n    on: '*'\n    if: { x: 1 }\n    wait: 24h\n    then: [say: { text: a }]\n    else: [say: { text: b }]\n");
        Assert.Null(Assert.Single(TestRules.Plan(rules, Events.Of("{}")).Actions).NotBefore);
    }

    [Fact]
    public void A_throttle_lets_its_number_pass_and_drops_the_rest_with_the_reason()
    {
        const string Rule = "throttle: { key: '{{repo}}', limit: 3, per: 10m }";
        var past = new Past(Noon) { Marks = { ["throttle\nr\nshop"] = 2 } };
        var passes = Plan(Rule, past, """{"repo":"shop"}""");
        Assert.Single(passes.Actions);
        Assert.Contains(new Mark("throttle\nr\nshop", Noon, Noon.AddMinutes(10)), passes.Marks);

        past.Marks["throttle\nr\nshop"] = 3;
        var dropped = Plan(Rule, past, """{"repo":"shop"}""");
        Assert.Empty(dropped.Actions);
        Assert.Empty(dropped.Marks);
        Assert.Equal("dropped by its throttle: 3 within 00:10:00 already for 'shop'", Assert.Single(dropped.Rules).Note);
        Assert.Single(Plan(Rule, past, """{"repo":"till"}""").Actions);
    }

    [Fact]
    public void Says_before_it_plans_what_it_has_to_know()
    {
        var rules = TestRules.Set(Rule("throttle: { limit: 1, per: 1h }, digest: { every: 1h }"));
        var needs = Planner.Needs(RuleMatcher.Match(rules, Events.Of("{}")));

        Assert.Equal(["digest\nr\n", "throttle\nr\n"], needs.Shared);
        Assert.Equal(["digest\nr\n"], needs.Digests);
        Assert.Equal(Noon.AddHours(-1), needs.Marks["throttle\nr\n"]);
        Assert.Empty(Planner.Needs(RuleMatcher.Match(TestRules.Set("rules: {}"), Events.Of("{}"))).Marks);
    }

    [Fact]
    public void A_debounce_waits_for_quiet_and_may_be_replaced()
    {
        var action = Assert.Single(Plan("debounce: { key: '{{repo}}', for: 5m }", payload: """{"repo":"shop"}""").Actions);
        Assert.Equal((Noon.AddMinutes(5), true, "debounce\nr\nshop"), (action.NotBefore!.Value, action.Hold!.IsReplaceable, action.Hold.Key));
        Assert.Equal(Noon.AddSeconds(30), Assert.Single(Plan("debounce: 30s").Actions).NotBefore);
    }

    [Fact]
    public void A_digest_gathers_joins_and_is_told_at_once_when_it_is_full()
    {
        const string Rule = "digest: { key: '{{repo}}', every: 1h, max: 3 }";
        var first = Assert.Single(Plan(Rule, payload: """{"repo":"shop"}""").Actions);
        Assert.Equal(("digest", Noon.AddHours(1), "digest\nr\nshop"), (first.Action, first.NotBefore!.Value, first.Hold!.Key));
        Assert.Equal(first.Key, first.Hold.Batch);

        var past = new Past(Noon) { Digests = { ["digest\nr\nshop"] = new OpenDigest("abc", Noon.AddMinutes(7), 1) } };
        var joins = Assert.Single(Plan(Rule, past, """{"repo":"shop"}""").Actions);
        Assert.Equal(("abc", Noon.AddMinutes(7)), (joins.Hold!.Batch, joins.NotBefore!.Value));

        past.Digests["digest\nr\nshop"] = new OpenDigest("abc", Noon.AddMinutes(7), 2);
        var fills = Assert.Single(Plan(Rule, past, """{"repo":"shop"}""").Actions);
        Assert.Equal(("abc", Noon), (fills.Hold!.Batch, fills.NotBefore!.Value));

        past.Digests["digest\nr\nshop"] = new OpenDigest("abc", Noon.AddMinutes(7), 3);
        Assert.NotEqual("abc", Assert.Single(Plan(Rule, past, """{"repo":"shop"}""").Actions).Hold!.Batch);
    }

    [Fact]
    public void The_digest_itself_does_what_the_rule_says_without_asking_its_conditions_again()
    {
        var rules = TestRules.Set("rules:\n  r:\n    on: github.push\n    if: { ref: main }\n    digest: { every: 1h }\n    then: [say: { text: '{{count}}: {{#each events}}{{title}} {{/each}}' }]\n  other:\n    on: digest.r\n    then: [say: { text: x }]\n");
        var plan = TestRules.Plan(rules, Events.Of("""{"count":2,"events":[{"title":"a"},{"title":"b"}]}""", "digest.r"));

        Assert.Equal("2: a b ", plan.Actions.First(a => a.Rule == "r").Arguments.GetProperty("text").GetString());
        Assert.Null(plan.Actions[0].NotBefore);
        Assert.Equal(Truth.True, plan.Rules.First(r => r.Rule == "r").Matched);
    }

    [Fact]
    public void A_rule_that_acts_too_often_on_one_subject_is_stopped_and_its_owner_told_once()
    {
        const string Rule = "max_per_subject: 2, owner: '#dev'";
        var past = new Past(Noon) { Marks = { ["subject\nr\ngithub:acme/shop"] = 2 } };
        var stopped = Plan(Rule, past);

        Assert.StartsWith("stopped: it acted 2 times on github:acme/shop within an hour", Assert.Single(stopped.Rules).Note, StringComparison.Ordinal);
        var told = Assert.Single(stopped.Actions);
        Assert.Equal(("slack.post", "#dev"), (told.Action, told.Arguments.GetProperty("channel").GetString()));

        past.Marks["told\nr\ngithub:acme/shop"] = 1;
        Assert.Empty(Plan(Rule, past).Actions);
        past.Marks["subject\nr\ngithub:acme/shop"] = 1;
        Assert.Equal("say", Assert.Single(Plan(Rule, past).Actions).Action);
    }

    [Fact]
    public void A_rule_acts_twenty_times_on_a_subject_unless_it_says_otherwise()
    {
        Assert.Single(Plan("mode: live", new Past(Noon) { Marks = { ["subject\nr\ngithub:acme/shop"] = 19 } }).Actions);
        Assert.Empty(Plan("mode: live", new Past(Noon) { Marks = { ["subject\nr\ngithub:acme/shop"] = 20 } }).Actions);
    }

    [Fact]
    public void A_rule_is_over_after_its_last_day()
    {
        const string Rule = "until: 2026-01-05, owner: '@octocat'";
        Assert.Single(Plan(Rule).Actions);
        var rules = TestRules.Set(TimingTests.Rule(Rule));
        var late = new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero);
        var result = RuleMatcher.Match(rules, Events.Of("{}", at: late));
        var past = new Past(late);
        var over = Planner.Plan(rules, result, past);
        Assert.Equal((Truth.False, "the rule has ended; its owner is @octocat"), (over.Rules[0].Matched, over.Rules[0].Explanation.Because));

        var told = Assert.Single(over.Actions);
        Assert.Equal(("slack.post", "@octocat"), (told.Action, told.Arguments.GetProperty("channel").GetString()));
        Assert.Contains("has ended on 2026-01-05", told.Arguments.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(["ended\nr\n2026-01-05"], Planner.Needs(result).Marks.Keys);
        past.Marks["ended\nr\n2026-01-05"] = 1;
        Assert.Empty(Planner.Plan(rules, result, past).Actions);
    }

    [Theory]
    [InlineData("mode: live", false)]
    [InlineData("bots: true", true)]
    [InlineData("bots: false", false)]
    [InlineData("bots: false, if: { sender.login: 'renovate*' }", false)]
    [InlineData("if: { sender.login: 'renovate*' }", true)]
    [InlineData("unless: { any: [{ pull_request.user.login: somebody }] }", true)]
    [InlineData("if: { sender.id: 5 }", false)]
    public void What_bots_did_reaches_a_rule_that_says_so_or_asks_who_did_it(string keys, bool reaches)
    {
        var rules = TestRules.Set($"rules:\n  r: {{ on: '*', {keys}, then: [say: {{ text: x }}], else: [say: {{ text: y }}] }}\n");
        var e = Events.Of("""{"sender":{"login":"renovate[bot]","type":"Bot","id":5}}""");
        var plan = TestRules.Plan(rules, e with { Actor = new EventActor("renovate[bot]", true) });
        Assert.Equal(reaches ? 1 : 0, plan.Actions.Count);
        if (!reaches)
        {
            Assert.StartsWith("a bot did it", plan.Rules[0].Explanation.Because, StringComparison.Ordinal);
        }

        Assert.Single(TestRules.Plan(rules, e with { Actor = new EventActor("octocat", false) }).Actions);
    }

    [Fact]
    public void A_key_that_cannot_be_rendered_is_told_and_nothing_is_done()
    {
        var plan = Plan("debounce: { key: '{{#each list}}{{this}}{{/each}}', for: 5m }", payload: JsonSerializer.Serialize(new { list = Enumerable.Range(0, 20_000) }));
        Assert.Contains("the key of its debounce cannot be rendered", Assert.Single(plan.Actions).Problem, StringComparison.Ordinal);
    }

    private static string Rule(string keys) => $"rules:\n  r: {{ on: '*', {keys}, then: [say: {{ text: x }}] }}\n";

    private static Plan Plan(string keys, IRuleState? past = null, string payload = "{}")
    {
        var rules = TestRules.Set(Rule(keys));
        return Planner.Plan(rules, RuleMatcher.Match(rules, Events.Of(payload)), past ?? new Past(Noon));
    }

    private sealed class Past(DateTimeOffset now) : IRuleState
    {
        public Dictionary<string, int> Marks { get; } = [];

        public Dictionary<string, OpenDigest> Digests { get; } = [];

        public DateTimeOffset Now => now;

        public int Count(string mark, DateTimeOffset since) => Marks.GetValueOrDefault(mark);

        public OpenDigest? FindDigest(string hold) => Digests.GetValueOrDefault(hold);
    }
}
