using System.Text.Json;
using WebhookBot.Facts;
using WebhookBot.Rules;
using WebhookBot.Tests.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Facts;

public sealed class ChangedFilesFactTests : IAsyncLifetime
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
    public async Task Lists_both_names_of_a_renamed_file_once()
    {
        _shop.AddFile(42, "docs/b.md", previous: "docs/a.md");
        _shop.AddFile(42, "docs/a.md");
        Assert.Equal(["docs/b.md", "docs/a.md"], Paths(await FetchAsync(changedFiles: 2)));
    }

    [Fact]
    public async Task Reads_every_page()
    {
        AddFiles(250);
        var fact = await FetchAsync(changedFiles: 250);
        Assert.Equal(250, Paths(fact).Count);
        Assert.False(fact.IsTruncated);
    }

    [Fact]
    public async Task Is_truncated_where_github_stops_listing()
    {
        AddFiles(3000);
        Assert.True((await FetchAsync(changedFiles: 3000)).IsTruncated);
    }

    [Fact]
    public async Task Is_truncated_when_fewer_files_are_listed_than_changed()
    {
        AddFiles(2);
        Assert.True((await FetchAsync(changedFiles: 3)).IsTruncated);
    }

    [Fact]
    public async Task May_be_had_later_when_github_does_not_show_the_pull_request_yet()
    {
        _world.GitHub.Next(new PeerAnswer(404), times: 2);
        Assert.True((await FetchAsync(age: TimeSpan.FromSeconds(5))).MayBeRetried);
        Assert.False((await FetchAsync(age: TimeSpan.FromHours(5))).MayBeRetried);
    }

    [Theory]
    [InlineData(500), InlineData(502), InlineData(429)]
    public async Task May_be_had_later_when_github_is_in_trouble(int status)
    {
        _world.GitHub.Next(new PeerAnswer(status));
        Assert.True((await FetchAsync()).MayBeRetried);
    }

    [Fact]
    public async Task Says_which_setting_is_missing()
    {
        _world.Set("GitHub:PrivateKey", null);
        var fact = await FetchAsync();
        Assert.False(fact.MayBeRetried);
        Assert.Contains("GitHub:PrivateKey", fact.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_no_fact_of_other_events()
    {
        var push = Event() with { Name = "github.push" };
        var facts = await CollectAsync(push, "changed_files");
        Assert.Contains("github.push", facts["changed_files"].Problem, StringComparison.Ordinal);
        Assert.False(facts["changed_files"].MayBeRetried);
    }

    [Fact]
    public async Task Is_fetched_in_shadow_mode_too()
    {
        AddFiles(1);
        using (WebhookBot.Clients.OutboundCalls.Forbid())
        {
            Assert.Single(Paths(await FetchAsync()));
        }
    }

    [Fact]
    public async Task The_collector_fetches_each_name_once_and_says_what_it_does_not_know()
    {
        AddFiles(1);
        var facts = await CollectAsync(Event(), "changed_files", "chnaged_files", "changed_files");
        Assert.Equal(2, facts.Count);
        Assert.Contains("changed_files", facts["chnaged_files"].Problem, StringComparison.Ordinal);
        Assert.Single(_world.GitHub.Peer.Requests, r => r.Path.EndsWith("/files", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_collector_takes_trouble_of_the_network_for_what_may_pass()
    {
        var collector = new FactCollector([new Broken()]);
        var facts = await collector.CollectAsync(Event(), ["broken"], ActionWorld.Cancellation);
        Assert.True(facts["broken"].MayBeRetried);
    }

    [Fact]
    public void Every_fact_is_in_the_list_of_names() =>
        Assert.Equal(FactsSetup.Names, _world.Get<IEnumerable<IFactProvider>>().Select(p => p.Name));

    private void AddFiles(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _shop.AddFile(42, $"src/f{i}.cs");
        }
    }

    private WebhookEvent Event(int changedFiles = 1, TimeSpan? age = null) => new()
    {
        DeliveryId = "d1",
        Source = "github",
        Name = "github.pull_request.opened",
        ReceivedAt = _world.Time.GetUtcNow() - (age ?? TimeSpan.FromHours(1)),
        Payload = JsonSerializer.SerializeToElement(ActionWorld.PullRequest(changedFiles: changedFiles)),
    };

    private async Task<FactValue> FetchAsync(int changedFiles = 1, TimeSpan? age = null) =>
        (await CollectAsync(Event(changedFiles, age), "changed_files"))["changed_files"];

    private Task<IReadOnlyDictionary<string, FactValue>> CollectAsync(WebhookEvent e, params string[] names) =>
        _world.Get<FactCollector>().CollectAsync(e, names, ActionWorld.Cancellation);

    private static List<string> Paths(FactValue fact) => [.. fact.Value.EnumerateArray().Select(p => p.GetString()!)];

    private sealed class Broken : IFactProvider
    {
        public string Name => "broken";

        public bool AppliesTo(WebhookEvent e) => true;

        public Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation) => throw new HttpRequestException("no route");
    }
}
