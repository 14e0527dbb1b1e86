using WebhookBot.Clients.GitHub;
using WebhookBot.Rules;

namespace WebhookBot.Actions.GitHub;

/// <summary>The arguments that several actions share.</summary>
internal static class GitHubParameters
{
    public static ActionParameter Repository { get; } = new(
        "repository", ParameterType.Text, "The repository, owner/name; without it the one that the event is about.")
    {
        Form = text => RepositoryName.Parse(text.Trim()) is null ? new("'repository' is of the form owner/name") : null,
        InsteadFrom = ["repository.full_name"],
        AlsoCalled = ["repo", "repository_name"],
    };

    public static ActionParameter Number { get; } = new(
        "number", ParameterType.Number, "The issue or pull request; without it the one that the event is about.")
    {
        Form = text => text.TrimStart('+').TrimStart('0').Length > 0 && text[0] != '-' ? null : new($"no issue or pull request has the number {text}"),
        InsteadFrom = ["pull_request.number", "issue.number", "number"],
        AlsoCalled = ["issue", "pr", "pull_request", "issue_number", "pull_number"],
    };

    /// <summary>The arguments that aim an action at something else than what the event is about.</summary>
    public static IReadOnlyList<string> Target { get; } = [Repository.Name, Number.Name];

    /// <summary>What stays the same between two events of one repository.</summary>
    public static IReadOnlyList<string> KeptOfRepository { get; } =
        ["repository.full_name", "repository.name", "repository.owner", "repository.private", "repository.default_branch", "organization"];

    /// <summary>What stays the same between two events of one issue while nobody but an action that labels or comments touches it.</summary>
    public static IReadOnlyList<string> KeptOfIssue { get; } =
        [.. KeptOfRepository, .. new[] { "user", "title", "body", "number", "state" }.Select(f => $"issue.{f}")];

    /// <summary>The same of a pull request.</summary>
    public static IReadOnlyList<string> KeptOfPullRequest { get; } =
    [
        .. KeptOfRepository, "number",
        .. new[] { "user", "title", "body", "number", "state", "draft", "merged", "base.ref", "head.ref" }.Select(f => $"pull_request.{f}"),
    ];
}
