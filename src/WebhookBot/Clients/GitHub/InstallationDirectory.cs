using System.Collections.Concurrent;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>Knows which installation acts for a repository, and what the app is called.</summary>
public sealed class InstallationDirectory(GitHubConnections connections, AppToken app)
{
    private readonly ConcurrentDictionary<RepositoryName, long> _installations = new();
    private string? _login;

    /// <summary>The installation of the app on a repository.</summary>
    /// <exception cref="GitHubRefusedException">The app is not installed there, or its credentials are not accepted.</exception>
    public async Task<long> FindAsync(RepositoryName repository)
    {
        if (_installations.TryGetValue(repository, out var known))
        {
            return known;
        }

        try
        {
            var installation = await AsApp().GitHubApps.GetRepositoryInstallationForCurrent(repository.Owner, repository.Name);
            return _installations[repository] = installation.Id;
        }
        catch (AuthorizationException e)
        {
            throw AppFaults.NotAccepted(e);
        }
        catch (NotFoundException e)
        {
            throw new GitHubRefusedException(
                CallFault.Stop($"the app is not installed on {repository}; install it there, or correct the name"), e);
        }
    }

    /// <summary>Forgets an installation that turned out to be gone.</summary>
    public void Forget(RepositoryName repository) => _installations.TryRemove(repository, out _);

    /// <summary>The login under which the app comments: <c>slug[bot]</c>.</summary>
    /// <exception cref="GitHubRefusedException">The app's credentials are not accepted.</exception>
    public async Task<string> BotLoginAsync()
    {
        try
        {
            return _login ??= (await AsApp().GitHubApps.GetCurrent()).Slug + "[bot]";
        }
        catch (AuthorizationException e)
        {
            throw AppFaults.NotAccepted(e);
        }
    }

    private IGitHubClient AsApp() => connections.Create(app.Create());
}
