using Octokit;
using WebhookBot.Clients.GitHub;
using WebhookBot.Tests.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Clients.GitHub;

public sealed class GitHubApiTests : IAsyncLifetime
{
    private static readonly RepositoryName Shop = RepositoryName.Parse("acme/shop")!.Value;
    private ActionWorld _world = null!;

    private FakeGitHubApp App => _world.GitHub.App;

    public async ValueTask InitializeAsync()
    {
        _world = await ActionWorld.StartAsync();
        _world.GitHub.Repository("acme/shop");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Keeps_a_token_until_shortly_before_it_expires()
    {
        await ReadAsync();
        _world.Time.Advance(TimeSpan.FromMinutes(54));
        await ReadAsync();
        Assert.Equal(1, App.TokensIssued);
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await ReadAsync();
        Assert.Equal(2, App.TokensIssued);
    }

    [Fact]
    public async Task Asks_for_one_token_however_many_calls_wait_for_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ReadAsync()));
        Assert.Equal(1, App.TokensIssued);
    }

    [Fact]
    public async Task Gets_a_new_token_once_when_github_forgot_the_old_one()
    {
        await ReadAsync();
        App.RevokeTokens();
        Assert.Equal("main", await ReadAsync());
        Assert.Equal(2, App.TokensIssued);
    }

    [Fact]
    public async Task Has_a_token_of_its_own_for_every_installation()
    {
        _world.GitHub.Repository("acme/ops", installation: 88);
        await ReadAsync();
        await ReadAsync("acme/ops", installation: null);
        Assert.Equal(2, App.TokensIssued);
    }

    [Fact]
    public async Task Has_a_token_for_each_repository_that_is_good_for_no_other()
    {
        _world.GitHub.Repository("acme/ops", installation: 77);
        await ReadAsync();
        await ReadAsync("acme/ops");
        await ReadAsync("acme/ops");
        Assert.Equal(2, App.TokensIssued);
        await Assert.ThrowsAsync<NotFoundException>(() => _world.Get<GitHubApi>().RunAsync(
            Shop, 77, client => client.Repository.Get("acme", "ops"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Says_that_the_installation_has_no_such_repository()
    {
        var refused = await Assert.ThrowsAsync<GitHubRefusedException>(() => ReadAsync("acme/gone"));
        Assert.Contains("has no repository acme/gone", refused.Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_the_installation_is_unknown()
    {
        var refused = await Assert.ThrowsAsync<GitHubRefusedException>(() => ReadAsync(installation: 999));
        Assert.Contains("installation 999", refused.Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_the_credentials_of_the_app_are_not_accepted()
    {
        _world.GitHub.Peer.Next(new PeerAnswer(401), when: r => r.Path.EndsWith("access_tokens", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<GitHubRefusedException>(() => ReadAsync());
        Assert.Contains("GitHub:AppId", refused.Fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    public async Task Follows_a_renamed_repository_on_the_same_host(int status)
    {
        _world.GitHub.Repository("acme/renamed").DefaultBranch = "moved";
        _world.GitHub.Repository("acme/shop").RenamedTo = "renamed";
        _world.GitHub.Next(new PeerAnswer(status).With("Location", new Uri(_world.GitHub.Url, "repos/acme/renamed").AbsoluteUri));
        Assert.Equal("moved", await ReadAsync());
    }

    [Fact]
    public async Task Carries_its_token_to_no_other_host()
    {
        _world.GitHub.Next(new PeerAnswer(302).With("Location", new Uri(_world.Target.Url, "stolen").AbsoluteUri));
        await Assert.ThrowsAsync<GitHubRefusedException>(() => ReadAsync());
        Assert.Empty(_world.Target.Requests);
    }

    [Fact]
    public async Task Gives_up_on_redirects_without_an_end()
    {
        _world.GitHub.Next(new PeerAnswer(302).With("Location", "/repos/acme/shop"), times: 100);
        await Assert.ThrowsAsync<GitHubRefusedException>(() => ReadAsync());
        Assert.InRange(_world.GitHub.Peer.Requests.Count, 2, 6);
    }

    [Fact]
    public async Task Uses_the_address_of_the_settings_as_it_stands()
    {
        _world.Set("GitHub:ApiUrl", new Uri(_world.Target.Url, "api/v3").AbsoluteUri);
        _world.Target.On("POST", "/api/v3/app/installations/77/access_tokens", _ =>
            PeerAnswer.Json(new { token = "ghs_x", expires_at = "2026-05-01T13:00:00Z" }, 201));
        _world.Target.On("GET", "/api/v3/repos/acme/shop", _ => PeerAnswer.Json(new { default_branch = "ghes" }));
        Assert.Equal("ghes", await ReadAsync());
    }

    [Theory]
    [InlineData("acme/shop", true)]
    [InlineData("a-b/c.d_e", true)]
    [InlineData("acme/.github", true)]
    [InlineData("acme/..", false)]
    [InlineData("acme/.", false)]
    [InlineData("../acme", false)]
    [InlineData("acme/shop/", false)]
    [InlineData("acme/sh op", false)]
    [InlineData("acme/shop\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Tells_repository_names_from_others(string? text, bool isName) =>
        Assert.Equal(isName, RepositoryName.Parse(text) is not null);

    private Task<string> ReadAsync(string repository = "acme/shop", long? installation = 77)
    {
        var name = repository == "acme/shop" ? Shop : RepositoryName.Parse(repository)!.Value;
        return _world.Get<GitHubApi>().RunAsync(
            name,
            installation,
            async client => (await client.Repository.Get(name.Owner, name.Name)).DefaultBranch,
            ActionWorld.Cancellation);
    }
}
