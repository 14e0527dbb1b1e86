using System.Text.Json;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Rules.Tests;

/// <summary>A few made-up actions, and the shortest ways from rule text to a rule set, a verdict, a plan or its diagnostics.</summary>
internal static class TestRules
{
    private static readonly string[] Presets = ["github", "alertmanager", "stripe"];
    private static readonly string[] Facts = ["changed_files", "reviews", "details"];

    public static RuleVocabulary Vocabulary { get; } = new(
        new ActionCatalog(
        [
            new ActionDescriptor("say", "Says something.",
            [
                new ActionParameter("text", ParameterType.Text, "What to say."),
                new ActionParameter("slack", ParameterType.Text, "In Slack's mrkdwn.", Format: TextFormat.SlackText),
                new ActionParameter("markdown", ParameterType.Text, "In Markdown.", Format: TextFormat.Markdown),
                new ActionParameter("url", ParameterType.Text, "A URL.", Format: TextFormat.Url),
                new ActionParameter("json", ParameterType.Text, "Inside a JSON string.", Format: TextFormat.Json),
            ]),
            new ActionDescriptor("do.all", "Takes every kind of argument.",
            [
                new ActionParameter("title", ParameterType.Text, "its title", IsRequired: true),
                new ActionParameter("names", ParameterType.TextList, "names"),
                new ActionParameter("amount", ParameterType.Number, "how many"),
                new ActionParameter("loud", ParameterType.Boolean, "whether to shout"),
                new ActionParameter("inputs", ParameterType.TextMapping, "inputs"),
                new ActionParameter("blocks", ParameterType.Structure, "blocks", Format: TextFormat.SlackText),
                new ActionParameter("parts", ParameterType.List, "its parts"),
                new ActionParameter("codes", ParameterType.TextList, "digits") { Form = t => t.All(char.IsDigit) ? null : new ArgumentProblem("'codes' are digits; write 12") },
                new ActionParameter("state", ParameterType.Text, "its state", OneOf: ["open", "closed"]),
            ]),
            new ActionDescriptor("tag", "Tags what the event is about.",
            [
                new ActionParameter("number", ParameterType.Number, "its number") { InsteadFrom = ["ticket.number", "number"] },
            ]),
            new ActionDescriptor("mail.send", "Sends a letter.",
            [
                new ActionParameter("text", ParameterType.Text, "its text") { AlsoCalled = ["message"] },
                new ActionParameter("pages", ParameterType.List, "its pages") { Element = p => p.ValueKind == JsonValueKind.Object ? null : new ArgumentProblem("a page is { title: … }") },
                new ActionParameter("key", ParameterType.Text, "its key"),
                new ActionParameter("sign", ParameterType.Text, "The name of a setting.") { NamesSecret = true },
            ])
            {
                Needs = new ArgumentChoice(IsExclusive: false, "text", "pages"),
                AlsoCalled = ["letter"],
            },
            new ActionDescriptor("start", "Starts one thing.", [new ActionParameter("job", ParameterType.Text, "which"), new ActionParameter("task", ParameterType.Text, "which")])
            {
                Needs = new ArgumentChoice(IsExclusive: true, "job", "task"),
            },
            .. SwitchingActions.All,
        ]),
        Presets,
        Facts)
    {
        NetworkLists = ["github", "stripe"],
        Needs = preset => new PresetNeeds(true, []),
    };

    public static Rules.Compilation.Compilation Compile(params string[] texts) =>
        new RuleCompiler(Vocabulary).Compile(texts.Select((text, i) => new RuleFile($"rules/{i + 1}.yml", text)));

    /// <summary>The rule set; fails when there is any error.</summary>
    public static RuleSet Set(params string[] texts)
    {
        var compilation = Compile(texts);
        Assert.True(compilation.RuleSet is not null, string.Join('\n', compilation.Diagnostics) + "\n" + string.Join("\n---\n", texts));
        SchemaCheck.AssertTakes(texts);
        return compilation.RuleSet;
    }

    /// <summary>A rule for any event with that condition, written in flow style: <c>draft: false</c>.</summary>
    public static RuleSet When(string condition) =>
        Set($"rules:\n  r:\n    on: '*'\n    if: {{ {condition} }}\n    then: [say: {{ text: yes }}]\n");

    /// <summary>Whether that condition holds for the payload.</summary>
    public static Truth Verdict(string condition, string payload, params (string Name, FactValue Value)[] facts) =>
        Evaluate(When(condition), Events.Of(payload, facts: facts));

    /// <summary>Whether the condition of the set's first rule holds; what the index says must agree.</summary>
    public static Truth Evaluate(RuleSet rules, WebhookEvent e)
    {
        var truth = rules.Rules[0].Condition.Evaluate(new EvaluationScope(e));
        Assert.Equal(truth, rules.Rules[0].Condition.Explain(new EvaluationScope(e)).Result);
        var matched = RuleMatcher.Match(rules, e).Matches;
        Assert.Equal(truth, matched.Count == 0 ? Truth.False : matched[0].Truth);
        return truth;
    }

    public static Plan Plan(RuleSet rules, WebhookEvent e) => Planner.Plan(rules, RuleMatcher.Match(rules, e));

    /// <summary>The one action that a rule with that step plans.</summary>
    public static PlannedAction PlanStep(string step, string payload, params (string Name, FactValue Value)[] facts) =>
        Assert.Single(Plan(Set($"rules:\n  r:\n    on: '*'\n    then:\n      - {step}\n"), Events.Of(payload, facts: facts)).Actions);

    /// <summary>The template rendered for that payload.</summary>
    public static string Render(string template, string payload = "{}", string format = "text", params (string Name, FactValue Value)[] facts)
    {
        var action = PlanStep($"say: {{ {format}: {JsonSerializer.Serialize(template)} }}", payload, facts);
        Assert.True(action.Problem is null, action.Problem);
        return action.Arguments.GetProperty(format).GetString()!;
    }

    /// <summary>Why the template cannot be rendered for that payload.</summary>
    public static string? Problem(string template, string payload = "{}", params (string Name, FactValue Value)[] facts) =>
        PlanStep($"say: {{ text: {JsonSerializer.Serialize(template)} }}", payload, facts).Problem;
}
