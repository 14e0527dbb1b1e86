using Microsoft.Extensions.Options;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>Calls GitHub as the installation of the app that a repository belongs to.</summary>
public sealed class GitHubApi(
    GitHubConnections connections, InstallationTokens tokens, InstallationDirectory directory, IOptions<GitHubOptions> options)
{
    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => options.Value.MissingSetting();

    /// <summary>How far apart actions that change something are on one account.</summary>
    public TimeSpan WriteInterval => options.Value.WriteInterval;

    /// <summary>The login under which the app comments.</summary>
    public Task<string> BotLoginAsync() => directory.BotLoginAsync();

    /// <summary>
    /// Runs the calls; once more from the beginning, with a new token, when GitHub no longer accepts the one in use. The calls
    /// therefore have to bear being repeated.
    /// </summary>
    /// <param name="repository">Whom the calls are about.</param>
    /// <param name="installation">The installation that the verified payload names; null has it looked up.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="cancellation">Ends them.</param>
    public async Task<T> RunAsync<T>(
        RepositoryName repository, long? installation, Func<IGitHubClient, Task<T>> calls, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(calls);
        GitHubTransport.EndCallsWith(cancellation);
        var id = installation ?? await directory.FindAsync(repository);
        var token = await TokenAsync(id, repository, cancellation);
        try
        {
            return await calls(connections.Create(token));
        }
        catch (AuthorizationException)
        {
            tokens.Drop(id, repository, token);
            return await calls(connections.Create(await TokenAsync(id, repository, cancellation)));
        }
    }

    private async Task<string> TokenAsync(long installation, RepositoryName repository, CancellationToken cancellation)
    {
        try
        {
            return await tokens.GetAsync(installation, repository, cancellation);
        }
        catch (GitHubRefusedException)
        {
            // Installed anew, it has another number.
            directory.Forget(repository);
            throw;
        }
    }
}
