using System.Text.Json;
using Octokit;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Rules;

namespace WebhookBot.Actions.GitHub;

/// <summary><c>github.dispatch</c>: starts a workflow, or sends a repository an event of its own.</summary>
public sealed class GitHubDispatchAction(GitHubCalls github) : IAction
{
    /// <summary>What rule files know of it.</summary>
    public static readonly ActionDescriptor Definition = new("github.dispatch",
        "Starts a workflow (workflow, ref, inputs) or sends a repository_dispatch event (event_type, client_payload).",
    [
        new("workflow", ParameterType.Text, "The file name of a workflow that has workflow_dispatch: deploy.yml.") { AlsoCalled = ["workflow_id", "workflow_file"] },
        new("ref", ParameterType.Text, "The branch or tag to run it on; without it the default branch.") { GoesWith = "workflow", AlsoCalled = ["branch", "tag"] },
        new("inputs", ParameterType.TextMapping, "The inputs of the workflow.") { GoesWith = "workflow", AlsoCalled = ["with", "parameters", "args"] },
        new("event_type", ParameterType.Text, "The type of a repository_dispatch event, instead of a workflow.") { AlsoCalled = ["event", "type"] },
        new("client_payload", ParameterType.Structure, "What the repository_dispatch event carries.") { GoesWith = "event_type", AlsoCalled = ["payload", "data"] },
        GitHubParameters.Repository,
    ])
    {
        Causes =
        [
            new("github.repository_dispatch.{event_type}") { With = "event_type", Keeps = GitHubParameters.KeptOfRepository },
            .. new[] { "dispatch", "run.requested", "run.in_progress", "run.completed", "job.queued", "job.in_progress", "job.completed" }
                .Select(e => new EventCause($"github.workflow_{e}") { With = "workflow", Keeps = GitHubParameters.KeptOfRepository }),
        ],
        Target = GitHubParameters.Target,
        Needs = new ArgumentChoice(IsExclusive: true, "workflow", "event_type"),
        AlsoCalled = ["run", "workflow", "workflow_dispatch", "repository_dispatch", "run_workflow", "trigger_workflow"],
    };

    private const string Accept = "application/vnd.github+json";

    public ActionDescriptor Descriptor => Definition;

    public string? MissingSetting => github.MissingSetting;

    public ActionTarget? TargetOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return github.TargetOf(GitHubTarget.Of(request).Target);
    }

    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (target, problem) = GitHubTarget.Of(request);
        if (target is null)
        {
            return problem!;
        }

        var workflow = request.Arguments.TextAt("workflow")?.Trim();
        var eventType = request.Arguments.TextAt("event_type")?.Trim();
        if (string.IsNullOrEmpty(workflow) == string.IsNullOrEmpty(eventType))
        {
            return ActionOutcome.Failed.Uncalled("give exactly one of 'workflow' and 'event_type'");
        }

        if (workflow is "." or "..")
        {
            return ActionOutcome.Failed.Uncalled($"'{workflow}' is no workflow");
        }

        return string.IsNullOrEmpty(workflow)
            ? await github.RunAsync(target, request, client => SendEventAsync(client, target, eventType!, request), cancellation)
            : await github.RunAsync(target, request, client => StartWorkflowAsync(client, target, workflow, request), cancellation);
    }

    private static async Task<ActionOutcome> StartWorkflowAsync(
        IGitHubClient client, GitHubTarget target, string workflow, ActionRequest request)
    {
        var reference = await RefAsync(client, target, request);
        var body = new Dictionary<string, object?> { ["ref"] = reference };
        if (request.Arguments.At("inputs").IsPresent())
        {
            body["inputs"] = request.Arguments.At("inputs");
        }

        await PostAsync(client, target, $"actions/workflows/{Uri.EscapeDataString(workflow)}/dispatches", body);
        return new ActionOutcome.Succeeded($"started {workflow} of {target.Repository} on {reference}");
    }

    private static async Task<ActionOutcome> SendEventAsync(
        IGitHubClient client, GitHubTarget target, string eventType, ActionRequest request)
    {
        var body = new Dictionary<string, object?> { ["event_type"] = eventType };
        if (request.Arguments.At("client_payload").IsPresent())
        {
            body["client_payload"] = request.Arguments.At("client_payload");
        }

        await PostAsync(client, target, "dispatches", body);
        return new ActionOutcome.Succeeded($"sent {target.Repository} the event {eventType}");
    }

    private static async Task<string> RefAsync(IGitHubClient client, GitHubTarget target, ActionRequest request)
    {
        if (request.Arguments.TextAt("ref") is { } given && !string.IsNullOrWhiteSpace(given))
        {
            return given.Trim();
        }

        var isOwn = RepositoryName.Parse(request.Payload.TextAt("repository", "full_name")) == target.Repository;
        return (isOwn ? request.Payload.TextAt("repository", "default_branch") : null)
            ?? (await client.Repository.Get(target.Owner, target.Name)).DefaultBranch;
    }

    // As text, because Octokit's serializer knows neither JsonElement nor names that are to stay as they are.
    private static Task<IApiResponse<object>> PostAsync(
        IGitHubClient client, GitHubTarget target, string path, Dictionary<string, object?> body) =>
        client.Connection.Post<object>(
            new Uri($"repos/{target.Owner}/{target.Name}/{path}", UriKind.Relative),
            JsonSerializer.Serialize(body),
            Accept,
            "application/json");
}
