using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// The tokens of the app's installations, each good for one repository, kept in memory until shortly before they expire, and asked for once at a time.
/// <see href="https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app"/>
/// </summary>
public sealed class InstallationTokens(GitHubConnections connections, AppToken app, KnownSecrets secrets, TimeProvider time) : IDisposable
{
    private const string Accept = "application/vnd.github+json";

    // GitHub's tokens live an hour; one that has less than this left could expire while it is used.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(long Installation, RepositoryName Repository), Slot> _slots = new();

    /// <summary>A token that is good for a while, and for that repository alone: what a rule can reach is never more than it names.</summary>
    /// <exception cref="GitHubRefusedException">The app's credentials, the installation or the repository are not accepted.</exception>
    public async Task<string> GetAsync(long installation, RepositoryName repository, CancellationToken cancellation)
    {
        var slot = _slots.GetOrAdd((installation, repository), _ => new Slot());
        await slot.Gate.WaitAsync(cancellation);
        try
        {
            // Drop may take it out of the slot at any moment.
            var token = slot.Current;
            if (!IsGood(token))
            {
                slot.Current = token = await RequestAsync(installation, repository);
            }

            return token.Token;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>Forgets a token that GitHub no longer accepts, unless a newer one is there already.</summary>
    public void Drop(long installation, RepositoryName repository, string token)
    {
        if (_slots.TryGetValue((installation, repository), out var slot) && slot.Current?.Token == token)
        {
            slot.Current = null;
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots.Values)
        {
            slot.Gate.Dispose();
        }
    }

    private bool IsGood([NotNullWhen(true)] AccessToken? token) => token is not null && token.ExpiresAt - Margin > time.GetUtcNow();

    private async Task<AccessToken> RequestAsync(long installation, RepositoryName repository)
    {
        try
        {
            // Octokit's own method asks for a token that is good for all repositories of the installation.
            var answer = await connections.Create(app.Create()).Connection.Post<AccessToken>(
                new Uri($"app/installations/{installation}/access_tokens", UriKind.Relative), new { repositories = new[] { repository.Name } }, Accept, "application/json");
            var token = answer.Body;
            secrets.KnowObtained(token?.Token);
            return token is { Token.Length: > 0 } ? token : throw GitHubRefusedException.Unreadable();
        }
        catch (AuthorizationException e)
        {
            throw AppFaults.NotAccepted(e);
        }
        catch (ApiValidationException e)
        {
            throw new GitHubRefusedException(CallFault.Stop($"the app's installation {installation} has no repository {repository}: it was renamed, deleted or taken out of the installation"), e);
        }
        catch (NotFoundException e)
        {
            var detail = $"GitHub knows no installation {installation} of this app; check GitHub:AppId and whether it is still installed";
            throw new GitHubRefusedException(CallFault.Stop(detail), e);
        }
    }

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public AccessToken? Current { get; set; }
    }
}
