namespace WebhookBot.Rules.Tests;

/// <summary>Made-up actions that switch something on and off, and cause events.</summary>
internal static class SwitchingActions
{
    private static readonly ActionParameter[] Where =
    [
        new("repository", ParameterType.Text, "The repository."),
        new("number", ParameterType.Number, "The issue."),
    ];

    private static readonly string[] Target = [.. Where.Select(p => p.Name)];

    public static IReadOnlyList<ActionDescriptor> All { get; } =
    [
        new("github.label", "Labels.",
            [new("add", ParameterType.TextList, "To add."), new("remove", ParameterType.TextList, "To remove."), .. Where])
        {
            Effects = [new("label", IsOn: true, "add"), new("label", IsOn: false, "remove")],
            Causes =
            [
                new("github.issues.labeled") { With = "add", Keeps = ["repository", "issue.user"] },
                new("github.issues.unlabeled") { With = "remove", Keeps = ["repository", "issue.user"] },
            ],
            Target = Target,
        },
        new("github.close", "Closes.", Where) { Effects = [new("open", IsOn: false)], Target = Target },
        new("github.reopen", "Opens again.", Where) { Effects = [new("open", IsOn: true)], Target = Target },
        new("github.comment", "Comments.", [new("body", ParameterType.Text, "What."), new("key", ParameterType.Text, "Keeps one."), .. Where])
        {
            Causes = [new("github.issue_comment.created") { Without = "key", Keeps = ["repository", "issue.user"] }],
            Target = Target,
        },
        new("github.dispatch", "Starts.", [new("event_type", ParameterType.Text, "Its type."), new("workflow", ParameterType.Text, "A workflow."), .. Where])
        {
            Causes =
            [
                new("github.repository_dispatch.{event_type}") { With = "event_type", Keeps = ["repository"] },
                new("github.workflow_run.completed") { With = "workflow", Keeps = ["repository"] },
            ],
            Target = Target,
        },
    ];
}
