using System.Text.Json;
using WebhookBot.Actions;
using WebhookBot.Cli;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Planning;
using WebhookBot.Rules.Testing;
using YamlDotNet.RepresentationModel;
using YamlNode = YamlDotNet.RepresentationModel.YamlNode;

namespace WebhookBot.Tests.Reference;

/// <summary>Every example of the reference page does what the page says, and nothing on the page lacks one.</summary>
public sealed class ExampleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Names => [.. Example.All.Keys];

    public static TheoryData<string> OverTime => [.. Example.All.Values.Where(e => e.Series.Count > 0).Select(e => e.Name)];

    public static TheoryData<string> Conditions => [.. Rows.Select(r => r.Written)];

    public static TheoryData<string> Helpers => [.. HelperTable.All.Select(h => h.Name)];

    private static IEnumerable<ConditionRow> Rows => [.. ConditionTable.Paths, .. ConditionTable.Values, .. ConditionTable.Combinations];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plans_what_the_example_says(string name) => Assert.Empty(Example.All[name].Failures());

    [Theory]
    [MemberData(nameof(OverTime))]
    public void Tells_over_time_what_the_example_says(string name) =>
        Assert.Equal(Example.All[name].Series.Select(s => s.Told), Example.All[name].Told());

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Holds_and_fails_as_the_table_of_conditions_says(string row)
    {
        var example = Rows.First(r => r.Written == row).Example;

        Assert.Equal([Truth.True], Match(example.Condition, example.Holds));
        Assert.Equal([Truth.False], Match(example.Condition, example.Fails).DefaultIfEmpty(Truth.False));
    }

    [Theory]
    [MemberData(nameof(Helpers))]
    public void Writes_what_the_table_of_helpers_says(string helper)
    {
        var example = HelperTable.All.First(h => h.Name == helper);
        var rules = Compile($"people: {{ octocat: U012AB3CD }}\nrules: {{ r: {{ on: github.pull_request.opened, then: [slack.post: {{ channel: c, text: {JsonSerializer.Serialize(example.Example)} }}] }} }}");
        var e = SampleEvents.Read(rules, "github.pull_request.opened", SampleCatalog.Find("github.pull_request.opened")!, Noon) with
        {
            Facts = new Dictionary<string, FactValue> { ["changed_files"] = FactValue.Known(JsonElement.Parse("""["docs/a.md","README.md"]""")) },
        };

        var action = Assert.Single(Planner.Plan(rules, RuleMatcher.Match(rules, e)).Actions);

        Assert.Equal((null, example.Shows), (action.Problem, action.Arguments.GetProperty("text").GetString()));
    }

    [Fact]
    public void Shows_step_keys_and_switches_that_reach_the_plan()
    {
        var steps = PlanOf("steps");
        var wait = Assert.Single(PlanOf("wait"));

        Assert.Equal(("build", new RetryPolicy(5, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10))), (steps[0].Step, steps[0].Retry));
        Assert.Equal((1, steps[0].Key), (steps[1].Retry?.MaxAttempts, steps[1].After));
        Assert.True(Assert.Single(PlanOf("mode")).IsShadow);
        Assert.Equal(["github.pull_request_review.submitted", "github.pull_request.closed"], wait.Hold!.CancelOn);
        Assert.Equal("""{"pull_request.draft":false}""", wait.Hold.Still!.Value.GetRawText());
    }

    [Fact]
    public void No_key_lacks_an_example()
    {
        var used = Example.All.Values.SelectMany(e => Paths(Example.Yaml(e.Rules), "", 0)).ToHashSet();

        Assert.Equal([], Keys("", FileKeys.Sections)
            .Concat(Keys("/rules/*", RuleKeys.Rule))
            .Concat(Keys("/rules/*/on", RuleKeys.Schedule))
            .Concat(Keys("/rules/*/throttle", RuleKeys.Throttle))
            .Concat(Keys("/rules/*/debounce", RuleKeys.Debounce))
            .Concat(Keys("/rules/*/digest", RuleKeys.Digest))
            .Concat(Keys("/rules/*/then", RuleKeys.Step))
            .Concat(Keys("/rules/*/then/retry", RuleKeys.Retry))
            .Concat(Keys("/sources/*", SourceKeys.Source))
            .Concat(Keys("/sources/*/verify", SourceKeys.Verify))
            .Concat(Keys("/sources/*/secrets", SourceKeys.Secret))
            .Concat(Keys("/sources/*/verify/timestamp", SourceKeys.Timestamp))
            .Concat(Keys("/sources/*/event", SourceKeys.Place))
            .Concat(Keys("/repositories/*", FileKeys.Grant))
            .Except(used));
    }

    [Fact]
    public void No_argument_of_an_action_lacks_an_example()
    {
        var shown = from example in Example.All.Values
                    from test in example.ReadTests(example.Compile())
                    from expectation in test.Expectations
                    from action in expectation.Actions ?? []
                    from argument in action.Arguments.EnumerateObject()
                    select $"{action.Action}: {argument.Name}";

        Assert.Equal([], ActionsSetup.Descriptors.SelectMany(a => a.Parameters.Select(p => $"{a.Name}: {p.Name}")).Except(shown));
    }

    [Fact]
    public void No_operator_and_no_helper_lacks_an_example()
    {
        Assert.Equal([], ConditionTable.Operators.Select(o => o.Name).Where(o => !Rows.Any(r => r.Example.Condition.Contains($"{o}: ", StringComparison.Ordinal))));
        Assert.Equal([], ConditionTable.Operators.SelectMany(o => o.Options).Where(o => !Rows.Any(r => r.Example.Condition.Contains($"{o}: ", StringComparison.Ordinal))));
        Assert.Equal([], HelperTable.All.Where(h => !h.Example.Contains(h.Name, StringComparison.Ordinal)));
    }

    private static IReadOnlyList<PlannedAction> PlanOf(string name)
    {
        var rules = Example.All[name].Compile();
        var test = Example.All[name].ReadTests(rules)[0].Events[0];
        return Planner.Plan(rules, RuleMatcher.Match(rules, SampleEvents.Read(rules, test.Name, test.Payload, test.At))).Actions;
    }

    private static IEnumerable<Truth> Match(string condition, string payload)
    {
        var rules = Compile($"rules:\n  r:\n    on: '*'\n    if:\n      {condition}\n    then: [http: {{ url: \"https://example.com\" }}]\n");
        var e = new WebhookEvent { DeliveryId = "d", Source = "github", Name = "github.push", ReceivedAt = Noon, Payload = JsonElement.Parse(payload) };
        return RuleMatcher.Match(rules, e).Matches.Select(m => m.Truth);
    }

    private static RuleSet Compile(string text)
    {
        var compilation = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("rules.yml", text)]);
        return compilation.RuleSet ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics) + "\n" + text);
    }

    private static IEnumerable<string> Keys(string path, KeyTable table) => table.Names.Select(n => $"{path}/{n}");

    // A name that the author chose is a star, and an element of a list stands where the list does.
    private static IEnumerable<string> Paths(YamlNode node, string path, int depth) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(c => Below(c.Value, $"{path}/{(depth == 1 ? "*" : c.Key.ToString())}", depth + 1)),
        YamlSequenceNode list => list.Children.SelectMany(c => Paths(c, path, depth)),
        _ => [],
    };

    private static IEnumerable<string> Below(YamlNode node, string path, int depth) => Paths(node, path, depth).Prepend(path);
}
