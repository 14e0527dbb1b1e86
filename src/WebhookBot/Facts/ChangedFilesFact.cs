using System.Text.Json;
using Octokit;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Rules;

namespace WebhookBot.Facts;

/// <summary>
/// <c>facts.changed_files</c>: the paths a pull request touches, both names of what it renames.
/// <see href="https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files"/>
/// </summary>
internal sealed class ChangedFilesFact(GitHubApi github, FactTraffic traffic, TimeProvider time) : IFactProvider
{
    /// <summary>The name of the fact.</summary>
    public const string FactName = "changed_files";

    /// <summary>What the types of the events begin with that have it.</summary>
    public const string EventType = "pull_request";

    // GitHub lists no more, however many there are.
    private const int MaxListed = 3000;

    private static readonly ApiOptions Pages = new() { PageSize = 100, PageCount = MaxListed / 100 };

    public string Name => FactName;

    public bool AppliesTo(WebhookEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.Name.Contains($".{EventType}", StringComparison.Ordinal) && PullRequest(e) is not null;
    }

    public async Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (github.MissingSetting is { } missing)
        {
            return FactValue.Unavailable($"GitHub cannot be asked: {missing}");
        }

        if (PullRequest(e) is not var (repository, number))
        {
            return FactValue.Unavailable("the payload names no pull request");
        }

        return await traffic.AskAsync($"github {repository.Owner}", async () =>
        {
            try
            {
                var files = await github.RunAsync(
                    repository,
                    e.Payload.NumberAt("installation", "id"),
                    client => client.PullRequest.Files(repository.Owner, repository.Name, number, Pages),
                    cancellation);
                return (ToFact(files, e.Payload.NumberAt("pull_request", "changed_files")), null);
            }
            catch (Exception exception) when (GitHubFaults.Classify(exception, e.ReceivedAt, time.GetUtcNow(), cancellation) is { } fault)
            {
                return (FactValue.Unreachable(fault.Detail), fault);
            }
        });
    }

    private static (RepositoryName Repository, int Number)? PullRequest(WebhookEvent e) =>
        RepositoryName.Parse(e.Payload.TextAt("repository", "full_name")) is { } repository
        && (e.Payload.NumberAt("pull_request", "number") ?? e.Payload.NumberAt("number")) is > 0 and <= int.MaxValue and var number
            ? (repository, (int)number)
            : null;

    private static FactValue ToFact(IReadOnlyList<PullRequestFile> files, long? expected)
    {
        var paths = files
            .SelectMany(f => new[] { f.FileName, f.PreviousFileName })
            .Where(path => !string.IsNullOrEmpty(path))
            .Distinct(StringComparer.Ordinal);
        var value = JsonSerializer.SerializeToElement(paths);
        return files.Count >= MaxListed || files.Count < expected ? FactValue.Truncated(value) : FactValue.Known(value);
    }
}
