using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;

namespace WebhookBot.Actions.GitHub;

/// <summary>The repository, and where there is one the issue or pull request, that an action is about.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Number">The issue or pull request; null when there is none.</param>
/// <param name="Installation">What acts there; null has it looked up.</param>
internal sealed record GitHubTarget(RepositoryName Repository, long? Number, long? Installation)
{
    public string Owner => Repository.Owner;

    public string Name => Repository.Name;

    /// <summary>The target from the arguments, else from the payload; a failure when neither names a repository.</summary>
    public static (GitHubTarget? Target, ActionOutcome? Problem) Of(ActionRequest request)
    {
        var named = request.Arguments.TextAt("repository");
        var text = string.IsNullOrWhiteSpace(named) ? request.Payload.TextAt("repository", "full_name") : named.Trim();
        if (RepositoryName.Parse(text) is not { } repository)
        {
            var problem = text is null
                ? "the payload names no repository; give 'repository'"
                : $"'{Redaction.Clean(text)}' is no repository of the form owner/name";
            return (null, ActionOutcome.Failed.Uncalled(problem));
        }

        // The payload's installation is verified, but only for the repository that the payload is about.
        var isOwn = RepositoryName.Parse(request.Payload.TextAt("repository", "full_name")) == repository;
        var installation = isOwn ? request.Payload.NumberAt("installation", "id") : null;
        return (new GitHubTarget(repository, NumberOf(request, isOwn), installation), null);
    }

    /// <summary>The same, and a failure when there is no issue or pull request.</summary>
    public static (GitHubTarget? Target, ActionOutcome? Problem) OfIssue(ActionRequest request)
    {
        var (target, problem) = Of(request);
        return target is { Number: null or <= 0 }
            ? (null, ActionOutcome.Failed.Uncalled(target.Number is { } number
                ? $"'number' is {number}, and no issue or pull request has that number"
                : "the payload names no issue or pull request; give 'number'"))
            : (target, problem);
    }

    public override string ToString() => Number is null ? $"{Repository}" : $"{Repository}#{Number}";

    private static long? NumberOf(ActionRequest request, bool isOwn)
    {
        if (request.Arguments.At("number").IsPresent())
        {
            return request.Arguments.NumberAt("number");
        }

        var payload = request.Payload;
        return isOwn
            ? payload.NumberAt("pull_request", "number") ?? payload.NumberAt("issue", "number") ?? payload.NumberAt("number")
            : null;
    }
}
