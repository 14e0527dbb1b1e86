using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.GitHub;

public sealed class GitHubDispatchActionTests : IAsyncLifetime
{
    private ActionWorld _world = null!;
    private FakeRepository _shop = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        _shop = _world.GitHub.Repository("acme/shop");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Starts_a_workflow_with_its_inputs_named_as_they_are()
    {
        var inputs = new Dictionary<string, string> { ["dryRun"] = "true", ["the_Env"] = "prod" };
        await RunAsync(new { workflow = "deploy.yml", @ref = "v1", inputs });
        var run = Assert.Single(_shop.WorkflowRuns);
        Assert.Equal(("deploy.yml", "v1"), (run.Workflow, run.Ref));
        Assert.Equal("""{"dryRun":"true","the_Env":"prod"}""", run.Inputs!.ToJsonString());
    }

    [Fact]
    public async Task Takes_the_default_branch_from_the_payload()
    {
        _shop.DefaultBranch = "asked";
        await RunAsync(new { workflow = "deploy.yml" });
        Assert.Equal("main", Assert.Single(_shop.WorkflowRuns).Ref);
    }

    [Fact]
    public async Task Asks_another_repository_for_its_default_branch()
    {
        var ops = _world.GitHub.Repository("acme/ops", installation: 88);
        ops.DefaultBranch = "trunk";
        await RunAsync(new { workflow = "cache.yml", repository = "acme/ops" });
        await RunAsync(new { workflow = "cache.yml", repository = "ACME/ops" });
        Assert.Equal(["trunk", "trunk"], ops.WorkflowRuns.Select(r => r.Ref));
        Assert.Equal(1, _world.GitHub.InstallationLookups);
    }

    [Fact]
    public async Task Sends_a_repository_dispatch_event()
    {
        await RunAsync(new { event_type = "ship", client_payload = new { deepKey = new[] { 1, 2 } } });
        var sent = Assert.Single(_shop.Dispatches);
        Assert.Equal("ship", sent.EventType);
        Assert.Equal("""{"deepKey":[1,2]}""", sent.ClientPayload!.ToJsonString());
    }

    [Fact]
    public async Task Wants_exactly_one_of_workflow_and_event_type()
    {
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { }));
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { workflow = "a.yml", event_type = "b" }));
    }

    [Fact]
    public async Task Says_where_the_app_is_not_installed()
    {
        var outcome = await RunAsync(new { event_type = "x", repository = "other/repo" });
        Assert.Contains("not installed on other/repo", Assert.IsType<ActionOutcome.Failed>(outcome).Detail, StringComparison.Ordinal);
    }

    private Task<ActionOutcome> RunAsync(object arguments) => _world.RunAsync("github.dispatch", arguments);
}
