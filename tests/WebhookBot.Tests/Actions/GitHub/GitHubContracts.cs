using WebhookBot.Actions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Actions.GitHub;

public abstract class GitHubActionContract : ActionContract
{
    private protected override string TimeoutSetting => "GitHub:Timeout";

    private protected override Type OfLimited403 => typeof(ActionOutcome.RetryLater);

    private protected override (string, string) Address(Uri url) => ("GitHub:ApiUrl", url.AbsoluteUri);

    private protected override void Prepare() => World.GitHub.Repository("acme/shop");

    private protected override void AnswerAll(PeerAnswer answer) => World.GitHub.Next(answer, times: int.MaxValue);

    [Fact]
    public async Task Tries_again_when_github_does_not_show_yet_what_it_told_us_about()
    {
        AnswerAll(new PeerAnswer(404));
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync(age: TimeSpan.FromSeconds(59)));
    }

    [Fact]
    public async Task Waits_for_the_reset_of_the_rate_limit()
    {
        var reset = World.Time.GetUtcNow().AddMinutes(20).ToUnixTimeSeconds();
        AnswerAll(PeerAnswer.Json(new { message = "API rate limit exceeded" }, 403)
            .With("x-ratelimit-remaining", "0").With("x-ratelimit-reset", $"{reset}"));
        var after = Assert.IsType<ActionOutcome.RetryLater>(await RunAsync()).After!.Value;
        Assert.InRange(after, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(20.1));
    }

    [Fact]
    public async Task Waits_a_minute_for_a_secondary_limit_that_says_no_time()
    {
        AnswerAll(PeerAnswer.Json(new { message = "You have exceeded a secondary rate limit." }, 403));
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsType<ActionOutcome.RetryLater>(await RunAsync()).After);
    }

    [Fact]
    public async Task Names_the_permission_that_is_missing()
    {
        AnswerAll(PeerAnswer.Json(new { message = "Resource not accessible by integration" }, 403)
            .With("X-Accepted-GitHub-Permissions", "issues=write"));
        Assert.Contains("issues=write", Assert.IsType<ActionOutcome.Failed>(await RunAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asks_for_one_new_token_when_the_old_one_is_no_longer_accepted()
    {
        AnswerAll(PeerAnswer.Json(new { message = "Bad credentials" }, 401));
        Assert.Contains("401", Assert.IsType<ActionOutcome.Failed>(await RunAsync()).Detail, StringComparison.Ordinal);
        Assert.Equal(2, World.GitHub.App.TokensIssued);
    }

    [Fact]
    public async Task Says_what_github_says_of_a_422()
    {
        AnswerAll(PeerAnswer.Json(new { message = "Validation Failed", errors = new[] { new { message = "Unexpected inputs" } } }, 422));
        Assert.Contains("Unexpected inputs", Assert.IsType<ActionOutcome.Failed>(await RunAsync()).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("null"), InlineData("\"x\""), InlineData("42"), InlineData("{\"id\":"), InlineData("<html>")]
    [InlineData("[null]"), InlineData("[[]]"), InlineData("[42]"), InlineData("{\"id\":\"x\"}"), InlineData("[{\"id\":{}}]")]
    public async Task Has_an_outcome_for_answers_that_are_not_what_they_should_be(string body)
    {
        AnswerAll(new PeerAnswer(200, body));
        Assert.True(await RunAsync() is ActionOutcome.RetryLater or ActionOutcome.Succeeded or ActionOutcome.Skipped);
    }

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("null"), InlineData(""), InlineData("<html>"), InlineData("{\"token\":null}")]
    public async Task Tries_again_when_a_token_cannot_be_read(string body)
    {
        World.GitHub.Peer.Next(new PeerAnswer(201, body), 100, r => r.Path.EndsWith("access_tokens", StringComparison.Ordinal));
        Assert.IsType<ActionOutcome.RetryLater>(await RunAsync());
    }

    [Fact]
    public void Says_which_setting_is_missing()
    {
        World.Set("GitHub:AppId", null);
        Assert.Contains("GitHub:AppId", World.Action(Name).MissingSetting, StringComparison.Ordinal);
    }
}

public sealed class GitHubLabelContract : GitHubActionContract
{
    private protected override string Name => "github.label";

    private protected override object Arguments => new { add = "docs" };

    private protected override Type OfEmptySuccess => typeof(ActionOutcome.Succeeded);
}

public sealed class GitHubCommentContract : GitHubActionContract
{
    private protected override string Name => "github.comment";

    private protected override object Arguments => new { body = "hello" };
}

public sealed class GitHubDispatchContract : GitHubActionContract
{
    private protected override string Name => "github.dispatch";

    private protected override object Arguments => new { workflow = "deploy.yml", @ref = "main" };

    private protected override Type OfEmptySuccess => typeof(ActionOutcome.Succeeded);
}
