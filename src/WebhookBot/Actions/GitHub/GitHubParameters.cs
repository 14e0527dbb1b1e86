using WebhookBot.Rules;

namespace WebhookBot.Actions.GitHub;

/// <summary>The arguments that several actions share.</summary>
internal static class GitHubParameters
{
    public static ActionParameter Repository { get; } = new(
        "repository", ParameterType.Text, "The repository, owner/name; without it the one that the event is about.");

    public static ActionParameter Number { get; } = new(
        "number", ParameterType.Number, "The issue or pull request; without it the one that the event is about.");
}
