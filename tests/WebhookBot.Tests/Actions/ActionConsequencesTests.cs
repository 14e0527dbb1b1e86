using WebhookBot.Actions;
using WebhookBot.Cli;
using WebhookBot.Intake;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Knowledge;

namespace WebhookBot.Tests.Actions;

/// <summary>What actions say they cause and switch: of events and arguments that there are.</summary>
public class ActionConsequencesTests
{
    [Fact]
    public void Names_arguments_that_the_action_has() => Assert.All(ActionsSetup.Descriptors, action =>
    {
        var named = action.Causes.SelectMany(c => new[] { c.With, c.Without }).Concat(action.Effects.Select(e => e.Argument)).OfType<string>();
        Assert.Empty(named.Except(action.Parameters.Select(p => p.Name)));
        Assert.Equal(action.Causes.Count + action.Effects.Count > 0, action.Target.Count > 0);
    });

    [Fact]
    public void Causes_events_that_the_sender_sends()
    {
        foreach (var cause in ActionsSetup.Descriptors.SelectMany(d => d.Causes))
        {
            var parts = cause.Event.Split('.');
            var known = PresetCatalog.EventsOf(parts[0])!.Find(parts[1], parts.ElementAtOrDefault(2));
            Assert.True(known is not null, cause.Event);
            Assert.All(cause.Keeps, field => Assert.True(Leads(known.Payload, field) || field is "organization" or "issue.pull_request", $"{cause.Event}: {field}"));
        }
    }

    [Fact]
    public void Finds_nothing_in_the_shipped_rules()
    {
        var files = Directory.GetFiles(Repository.PathOf("rules"), "*.yml").Select(f => new RuleFile(f, File.ReadAllText(f)));
        Assert.Empty(new RuleCompiler(BotHost.Vocabulary).Compile(files).Diagnostics);
    }

    [Theory]
    [InlineData("on: github.pull_request.labeled, bots: true, if: { pull_request.draft: true }, then: [github.label: { add: x }]", "WB0171")]
    [InlineData("on: github.pull_request.labeled, if: { pull_request.draft: true }, then: [github.label: { add: x }]", null)]
    [InlineData("on: github.workflow_run.completed, bots: true, then: [github.dispatch: { workflow: a.yml }]", "WB0171")]
    [InlineData("on: github.workflow_run.completed, bots: true, if: { workflow_run.name: Build }, then: [github.dispatch: { workflow: a.yml }]", null)]
    [InlineData("on: github.push, if: { all: [{ ref: refs/heads/a }, { ref: refs/heads/b }] }, then: [http: { url: 'https://example.com' }]", "WB0172")]
    [InlineData("on: github.pull_request.opened, if: { all: [{ pull_request.labels.name: a }, { pull_request.labels.name: b }] }, then: [http: { url: 'https://example.com' }]", null)]
    [InlineData("on: alertmanager.firing, if: { all: [{ commonLabels.severity: a }, { commonLabels.severity: b }] }, then: [http: { url: 'https://example.com' }]", "WB0172")]
    [InlineData("on: alertmanager.firing, if: { all: [{ alerts.labels.severity: a }, { alerts.labels.severity: b }] }, then: [http: { url: 'https://example.com' }]", null)]
    public void Tells_of_conflicts_with_what_the_service_knows(string rule, string? code)
    {
        var told = new RuleCompiler(BotHost.Vocabulary).Compile([new RuleFile("r.yml", $"rules:\n  r: {{ {rule} }}\n")]).Diagnostics;
        Assert.Equal(code is null ? [] : [code], told.Select(d => d.Code));
    }

    private static bool Leads(FieldShape from, string path)
    {
        FieldShape? at = from;
        foreach (var name in path.Split('.'))
        {
            at = at?.Fields?.Find(name);
        }

        return at is not null;
    }
}
