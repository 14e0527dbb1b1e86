using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests.Planning;

/// <summary>What may stand beside the action of a step, and the values that rules share.</summary>
public class StepTests
{
    [Fact]
    public void A_step_is_left_out_when_its_own_condition_does_not_hold()
    {
        var plan = Plan("- { say: { text: a }, when: { x: 1 }, name: first }\n      - { say: { text: b }, when: { x: 2 } }\n      - say: { text: c }", """{"x":1}""");

        Assert.Equal(["a", "c"], plan.Actions.Select(a => a.Arguments.GetProperty("text").GetString()));
        Assert.Equal(
            [("first", Truth.True), ("say (step 2)", Truth.False)],
            Assert.Single(plan.Rules).Steps.Select(s => (s.Step, s.Done)));
    }

    [Fact]
    public void A_step_wants_the_facts_of_its_condition_and_its_texts_only_when_it_is_done()
    {
        var rules = TestRules.Set("rules:\n  r:\n    on: '*'\n    then:\n      - { say: { text: '{{facts.details.x}}' }, when: { x: 1 } }\n      - { say: { text: y }, when: { facts.changed_files: [a] } }\n");
        Assert.Equal(["changed_files"], RuleMatcher.Match(rules, Events.Of("""{"x":2}""")).FactsWanted);
        Assert.Equal(["changed_files", "details"], RuleMatcher.Match(rules, Events.Of("""{"x":1}""")).FactsWanted.Order());
    }

    [Theory]
    [InlineData("3", 3, 5, 1800)]
    [InlineData("false", 1, 5, 1800)]
    [InlineData("{ attempts: 4, base: 1s, max: 1m }", 4, 1, 60)]
    [InlineData("{ base: 2m }", 8, 120, 1800)]
    public void A_step_says_how_often_it_is_tried(string retry, int attempts, int baseSeconds, int maxSeconds)
    {
        var action = Assert.Single(Plan($"- {{ say: {{ text: a }}, retry: {retry} }}").Actions);
        Assert.Equal(new RetryPolicy(attempts, TimeSpan.FromSeconds(baseSeconds), TimeSpan.FromSeconds(maxSeconds)), action.Retry);
    }

    [Fact]
    public void A_step_says_how_old_its_work_may_get()
    {
        Assert.Equal(TimeSpan.FromHours(2), Assert.Single(Plan("- { say: { text: a }, retry: { attempts: 100, max_age: 2h } }").Actions).Retry!.MaxAge);
        Assert.Null(Assert.Single(Plan("- { say: { text: a }, retry: { attempts: 100 } }").Actions).Retry!.MaxAge);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("366d")]
    [InlineData("-1h")]
    [InlineData("[1h]")]
    public void An_age_that_is_none_is_refused(string age) =>
        Assert.Contains(TestRules.Compile($"rules:\n  r: {{ on: '*', then: [{{ say: {{ text: a }}, retry: {{ max_age: {age} }} }}] }}\n").Diagnostics, d => d.Message.Contains("'max_age' is a duration", StringComparison.Ordinal));

    [Fact]
    public void The_steps_after_one_that_stops_on_failure_follow_it()
    {
        var actions = Plan("- say: { text: a }\n      - { say: { text: b }, stop_on_failure: true }\n      - say: { text: c }\n      - { say: { text: d }, stop_on_failure: true }\n      - say: { text: e }").Actions;
        Assert.Equal([null, null, actions[1].Key, actions[1].Key, actions[3].Key], actions.Select(a => a.After));
    }

    [Fact]
    public void The_steps_after_one_that_stops_on_failure_are_left_out_when_it_cannot_be_told_whether_it_is_wanted()
    {
        var plan = Plan("- say: { text: a }\n      - { say: { text: b }, when: { facts.changed_files: x }, stop_on_failure: true, name: guard }\n      - say: { text: c }\n      - { say: { text: d }, name: last }");

        Assert.Equal(["a"], plan.Actions.Select(a => a.Arguments.GetProperty("text").GetString()));
        var steps = Assert.Single(plan.Rules).Steps;
        Assert.Equal([("guard", Truth.Unknown), ("say (step 3)", Truth.Unknown), ("last", Truth.Unknown)], steps.Select(s => (s.Step, s.Done)));
        Assert.Equal("guard must succeed first, and it cannot be told whether it is wanted", steps[1].Explanation.Because);
    }

    [Fact]
    public void Variables_are_read_by_conditions_and_texts_of_any_file()
    {
        var rules = TestRules.Set(
            "rules:\n  r: { on: '*', if: { vars.teams: pay*, vars.limits.open: { gt: 3 } }, then: [say: { text: '{{vars.channel}} {{vars.limits.open}} {{#each vars.teams}}{{this}},{{/each}}' }] }\n",
            "vars: { channel: '#dev', teams: [payments, checkout], limits: { open: 5 } }\n");
        Assert.Equal("#dev 5 payments,checkout,", Assert.Single(TestRules.Plan(rules, Events.Of("{}")).Actions).Arguments.GetProperty("text").GetString());
    }

    [Fact]
    public void A_variable_of_two_files_is_told_with_both_places()
    {
        var diagnostic = Assert.Single(TestRules.Compile("vars: { a: 1 }\nrules: {}\n", "vars: { a: 2 }\n").Diagnostics);
        Assert.Equal("rules/2.yml(1,9): error WB0103: a variable named 'a' stands in rules/1.yml(1,9) already", diagnostic.ToString());
    }

    [Fact]
    public void A_text_file_is_a_template_like_any_and_belongs_to_the_hash()
    {
        const string Rules = "rules: { r: { on: '*', then: [say: { slack: { file: texts/a.md } }] } }";
        var first = Compile(Rules, "hello {{title}}");
        Assert.Equal("hello &lt;b&gt;", Assert.Single(TestRules.Plan(first.RuleSet!, Events.Of("""{"title":"<b>"}""")).Actions).Arguments.GetProperty("slack").GetString());
        Assert.NotEqual(first.RuleSet!.Hash, Compile(Rules, "bye {{title}}").RuleSet!.Hash);
        Assert.Equal(["rules/a.yml", "rules/texts/a.md"], first.RuleSet.Files);

        var broken = Assert.Single(Compile(Rules, "{{#if x}}").Diagnostics);
        Assert.Equal(("WB0134", 1), (broken.Code, broken.Position.Line));
        Assert.Contains("there is none", Assert.Single(Compile(Rules, null).Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slack", "octocat", "<@U012AB3CD>")]
    [InlineData("slack", "OctoCat", "<@U012AB3CD>")]
    [InlineData("slack", "<!here>", "&lt;!here&gt;")]
    [InlineData("markdown", "mona-lisa", "@mona-lisa")]
    [InlineData("markdown", "acme/all", "acme/all")]
    [InlineData("text", "octocat", "octocat")]
    public void A_login_is_mentioned_as_its_place_can(string format, string login, string expected)
    {
        var rules = TestRules.Set($"people: {{ octocat: U012AB3CD }}\nrules: {{ r: {{ on: '*', then: [say: {{ {format}: '{{{{mention login}}}}' }}] }} }}");
        var plan = TestRules.Plan(rules, Events.Of($$"""{"login":"{{login}}"}"""));
        Assert.Equal(expected, Assert.Single(plan.Actions).Arguments.GetProperty(format).GetString());
    }

    [Fact]
    public void A_grant_covers_repositories_actions_and_channels_by_pattern()
    {
        var grant = Assert.Single(TestRules.Set("repositories: { 'acme/*': { actions: [do.*, say], channels: ['#acme-*'] } }").Repositories);
        Assert.True(grant.Covers("acme/shop") && !grant.Covers("other/shop"));
        Assert.True(grant.Allows("do.all") && grant.Allows("say") && !grant.Allows("deploy"));
        Assert.True(grant.AllowsChannel("#acme-dev") && !grant.AllowsChannel("#general"));
    }

    private static Rules.Compilation.Compilation Compile(string rules, string? text) => new RuleCompiler(TestRules.Vocabulary).Compile(
        [new RuleFile("rules/a.yml", rules)],
        (_, name) => text is null ? (null, "there is none") : (new RuleFile($"rules/{name}", text), null));

    private static Plan Plan(string steps, string payload = "{}") =>
        TestRules.Plan(TestRules.Set($"rules:\n  r:\n    on: '*'\n    then:\n      {steps}\n"), Events.Of(payload));
}
