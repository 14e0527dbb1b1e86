using Octokit;
using WebhookBot.Clients.GitHub;

namespace WebhookBot.Actions.GitHub;

/// <summary>Runs an action's calls and turns what GitHub says into an outcome.</summary>
public sealed class GitHubCalls(GitHubApi github, TimeProvider time)
{
    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => github.MissingSetting;

    /// <summary>The login under which the app comments.</summary>
    public Task<string> BotLoginAsync() => github.BotLoginAsync();

    // An account has one installation of the app, so its name stands for it without a look-up.
    internal ActionTarget? TargetOf(GitHubTarget? target, int writes = 1) => target is null ? null
        : new ActionTarget("github", "github", $"github {target.Owner.ToLowerInvariant()}") { Pace = Pace.Of(github.WriteInterval, burst: 1), Turns = writes };

    internal async Task<ActionOutcome> RunAsync(
        GitHubTarget target, ActionRequest request, Func<IGitHubClient, Task<ActionOutcome>> calls, CancellationToken cancellation)
    {
        try
        {
            return await github.RunAsync(target.Repository, target.Installation, calls, cancellation);
        }
        catch (Exception e) when (GitHubFaults.Classify(e, request.Origin.ReceivedAt, time.GetUtcNow(), cancellation) is { } fault)
        {
            return ActionOutcome.Of(fault);
        }
    }
}
