using System.Text.Json.Nodes;

namespace WebhookBot.Tests.Peers;

/// <summary>A repository of a <see cref="FakeGitHub"/>.</summary>
public sealed class FakeRepository(long installation)
{
    private readonly Dictionary<int, HashSet<string>> _issueLabels = [];
    private readonly Dictionary<int, List<object>> _files = [];

    public long Installation { get; } = installation;

    public string DefaultBranch { get; set; } = "main";

    /// <summary>The name that it has now; null when it was not renamed.</summary>
    public string? RenamedTo { get; set; }

    /// <summary>The labels that the repository has, with their colours.</summary>
    public Dictionary<string, string> Labels { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<FakeComment> Comments { get; } = [];

    public List<FakeWorkflowRun> WorkflowRuns { get; } = [];

    public List<FakeDispatch> Dispatches { get; } = [];

    /// <summary>The labels on an issue or pull request.</summary>
    public HashSet<string> LabelsOf(int issue) =>
        _issueLabels.TryGetValue(issue, out var labels) ? labels : _issueLabels[issue] = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The files of a pull request, as the API lists them.</summary>
    public List<object> FilesOf(int pull) => _files.TryGetValue(pull, out var files) ? files : _files[pull] = [];

    public void AddFile(int pull, string path, string? previous = null) =>
        FilesOf(pull).Add(previous is null
            ? new { filename = path, status = "modified" }
            : new { filename = path, status = "renamed", previous_filename = previous });
}

public sealed record FakeComment(long Id, int Issue, string Author, string Body)
{
    /// <summary>As the clock says that GitHub has.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = DateTimeOffset.MaxValue;
}

public sealed record FakeWorkflowRun(string Workflow, string Ref, JsonNode? Inputs);

public sealed record FakeDispatch(string EventType, JsonNode? ClientPayload);
