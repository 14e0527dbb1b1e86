using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// The tokens of the app's installations, kept in memory until shortly before they expire, and asked for once at a time.
/// </summary>
public sealed class InstallationTokens(GitHubConnections connections, AppToken app, KnownSecrets secrets, TimeProvider time) : IDisposable
{
    // GitHub's tokens live an hour; one that has less than this left could expire while it is used.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<long, Slot> _slots = new();

    /// <summary>A token that is good for a while.</summary>
    /// <exception cref="GitHubRefusedException">The app's credentials or the installation are not accepted.</exception>
    public async Task<string> GetAsync(long installation, CancellationToken cancellation)
    {
        var slot = _slots.GetOrAdd(installation, _ => new Slot());
        await slot.Gate.WaitAsync(cancellation);
        try
        {
            // Drop may take it out of the slot at any moment.
            var token = slot.Current;
            if (!IsGood(token))
            {
                slot.Current = token = await RequestAsync(installation);
            }

            return token.Token;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>Forgets a token that GitHub no longer accepts, unless a newer one is there already.</summary>
    public void Drop(long installation, string token)
    {
        if (_slots.TryGetValue(installation, out var slot) && slot.Current?.Token == token)
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

    private async Task<AccessToken> RequestAsync(long installation)
    {
        try
        {
            var token = await connections.Create(app.Create()).GitHubApps.CreateInstallationToken(installation);
            secrets.KnowObtained(token?.Token);
            return token is { Token.Length: > 0 } ? token : throw GitHubRefusedException.Unreadable();
        }
        catch (AuthorizationException e)
        {
            throw AppFaults.NotAccepted(e);
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
