using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.GitHub;

public sealed class GitHubLabelActionTests : IAsyncLifetime
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
    public async Task Adds_in_one_call_and_removes_what_is_there()
    {
        _shop.LabelsOf(42).UnionWith(["stale", "kind/bug", "c#?"]);
        var outcome = await RunAsync(new { add = new[] { "docs", "small" }, remove = new[] { "kind/bug", "c#?", "never there" } });
        Assert.IsType<ActionOutcome.Succeeded>(outcome);
        Assert.Equal(["docs", "small", "stale"], _shop.LabelsOf(42).Order());
        Assert.Single(_world.GitHub.Peer.Requests, r => r.Method == "POST" && r.Path.EndsWith("/labels", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Skips_when_there_is_nothing_to_do()
    {
        Assert.IsType<ActionOutcome.Skipped>(await RunAsync(new { remove = new[] { "absent" } }));
        Assert.IsType<ActionOutcome.Skipped>(await RunAsync(new { add = Array.Empty<string>() }));
    }

    [Fact]
    public async Task Adds_without_looking_first()
    {
        _shop.LabelsOf(42).Add("docs");
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { add = "docs", remove = "absent" }));
        Assert.DoesNotContain(_world.GitHub.Peer.Requests, r => r.Method == "GET" && r.Path.Contains("/labels", StringComparison.Ordinal));
        Assert.Equal(["docs"], _shop.LabelsOf(42));
    }

    [Fact]
    public async Task Creates_missing_labels_in_the_colour_asked_for()
    {
        _shop.Labels["docs"] = "111111";
        await RunAsync(new { add = new[] { "docs", "new one" }, create = "#00ff00" });
        await RunAsync(new { add = new[] { "a/b c#" }, create = "#00ff00" });
        Assert.Equal("00ff00", _shop.Labels["a/b c#"]);
        Assert.Equal("111111", _shop.Labels["docs"]);
        Assert.Equal("00ff00", _shop.Labels["new one"]);
    }

    [Fact]
    public async Task Goes_on_when_somebody_else_created_the_label_first()
    {
        _shop.Labels["docs"] = "111111";
        _world.GitHub.Peer.Next(
            PeerAnswer.Json(new { message = "Not Found" }, 404), when: r => r.Path.EndsWith("/labels/docs", StringComparison.Ordinal));
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new { add = "docs", create = "00ff00" }));
        Assert.Contains("docs", _shop.LabelsOf(42));
    }

    [Theory]
    [InlineData("red")]
    [InlineData("#12345")]
    public async Task Refuses_what_is_no_colour(string colour) =>
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { add = "docs", create = colour }));

    [Fact]
    public async Task Refuses_to_add_and_remove_the_same_label() =>
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { add = "docs", remove = "Docs" }));

    [Fact]
    public async Task Works_on_another_repository_by_looking_up_its_installation()
    {
        var ops = _world.GitHub.Repository("acme/ops", installation: 88);
        await RunAsync(new { add = "docs", repository = "acme/ops", number = "7" });
        Assert.Contains("docs", ops.LabelsOf(7));
        Assert.Equal(1, _world.GitHub.InstallationLookups);
    }

    [Fact]
    public async Task Does_not_take_the_number_of_one_repository_for_another()
    {
        _world.GitHub.Repository("acme/ops", installation: 88);
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { add = "docs", repository = "acme/ops" }));
    }

    [Theory]
    [InlineData("acme/../evil")]
    [InlineData("acme/..")]
    [InlineData("acme")]
    [InlineData("acme/shop?x=1")]
    [InlineData("a/b/c")]
    public async Task Refuses_a_repository_that_could_reach_elsewhere(string repository) =>
        Assert.IsType<ActionOutcome.Failed>(await RunAsync(new { add = "docs", number = 1, repository }));

    [Fact]
    public async Task Fails_when_the_event_is_about_no_issue()
    {
        var outcome = await _world.RunAsync("github.label", new { add = "docs" }, new { repository = new { full_name = "acme/shop" } });
        Assert.Contains("'number'", Assert.IsType<ActionOutcome.Failed>(outcome).Detail, StringComparison.Ordinal);
    }

    private Task<ActionOutcome> RunAsync(object arguments) => _world.RunAsync("github.label", arguments);
}
