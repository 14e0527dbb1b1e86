using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.GitHub;

public sealed class GitHubCommentActionTests : IAsyncLifetime
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
    public async Task Edits_the_comment_it_made_for_the_same_key()
    {
        await RunAsync("one", key: "size");
        await RunAsync("two", key: "size", sequence: 11);
        Assert.StartsWith("two", Assert.Single(_shop.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adds_another_comment_for_another_key()
    {
        await RunAsync("one", key: "size");
        await RunAsync("two", key: "other");
        Assert.Equal(2, _shop.Comments.Count);
    }

    [Fact]
    public async Task Finds_its_comment_on_a_later_page_when_the_answer_was_lost()
    {
        for (var i = 0; i < 150; i++)
        {
            _shop.Comments.Add(new FakeComment(i + 1, 42, "somebody", "hm"));
        }

        await RunAsync("one", key: "size");
        var twin = await ForgetfulTwinAsync("two", "size");
        Assert.IsType<ActionOutcome.Succeeded>(twin);
        Assert.Equal(151, _shop.Comments.Count);
        Assert.StartsWith("two", _shop.Comments[150].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_take_a_copied_marker_for_its_own()
    {
        await RunAsync("one", key: "size");
        var stolen = _shop.Comments[0].Body;
        _shop.Comments.Clear();
        _shop.Comments.Add(new FakeComment(5, 42, "mallory", stolen));
        await ForgetfulTwinAsync("two", "size");
        Assert.Equal([stolen, _shop.Comments[1].Body], _shop.Comments.Select(c => c.Body));
        Assert.StartsWith("two", _shop.Comments[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_anew_when_its_comment_was_deleted()
    {
        await RunAsync("one", key: "size");
        _shop.Comments.Clear();
        await RunAsync("two", key: "size", sequence: 11);
        await RunAsync("three", key: "size", sequence: 12);
        Assert.StartsWith("three", Assert.Single(_shop.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_what_a_newer_event_wrote()
    {
        await RunAsync("new", key: "size", sequence: 20);
        Assert.IsType<ActionOutcome.Skipped>(await RunAsync("old", key: "size", sequence: 19));
    }

    [Fact]
    public async Task Does_not_comment_twice_when_the_answer_to_a_comment_without_key_was_lost()
    {
        await RunAsync("hello");
        await RunAsync("hello");
        Assert.Single(_shop.Comments);
    }

    [Fact]
    public async Task Cuts_a_body_that_github_would_refuse()
    {
        Assert.IsType<ActionOutcome.Succeeded>(await RunAsync(new string('x', 70_000), key: "long"));
        Assert.Equal(65_536, _shop.Comments[0].Body.Length);
        Assert.Contains("cut", _shop.Comments[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_serialised_by_the_comment_it_keeps()
    {
        var action = _world.Action("github.comment");
        Assert.Equal("github.comment acme/shop#42 size", action.SerialiseBy(_world.Request(new { body = "x", key = "size" })));
        Assert.Null(action.SerialiseBy(_world.Request(new { body = "x" })));
    }

    private Task<ActionOutcome> RunAsync(string body, string? key = null, long sequence = 10) =>
        _world.RunAsync("github.comment", new { body, key }, sequence: sequence);

    // The same rule in a process whose journal never learnt of the comment.
    private Task<ActionOutcome> ForgetfulTwinAsync(string body, string key)
    {
        _world.Forget();
        return RunAsync(body, key, sequence: 11);
    }
}
