using System.Text.RegularExpressions;
using Octokit;
using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Actions.GitHub;

/// <summary><c>github.label</c>: sees to it that an issue or pull request has some labels and lacks others.</summary>
public sealed partial class GitHubLabelAction(GitHubCalls github) : IAction
{
    /// <summary>What rule files know of it.</summary>
    public static readonly ActionDescriptor Definition = new("github.label", "Adds labels to an issue or pull request and removes others.",
    [
        new("add", ParameterType.TextList, "Labels that it shall have.") { Form = Labels.NameProblem, AlsoCalled = ["labels", "label", "name", "names"] },
        new("remove", ParameterType.TextList, "Labels that it shall not have.") { Form = Labels.NameProblem, AlsoCalled = ["delete", "unlabel"] },
        new("create", ParameterType.Text, "The colour (six hexadecimal digits) that labels get which the repository does not have yet.") { Form = Labels.ColourProblem, AlsoCalled = ["color", "colour"] },
        GitHubParameters.Repository,
        GitHubParameters.Number,
    ])
    {
        Causes =
        [
            new("github.pull_request.labeled") { With = "add", Keeps = GitHubParameters.KeptOfPullRequest },
            new("github.issues.labeled") { With = "add", Keeps = GitHubParameters.KeptOfIssue },
            new("github.pull_request.unlabeled") { With = "remove", Keeps = GitHubParameters.KeptOfPullRequest },
            new("github.issues.unlabeled") { With = "remove", Keeps = GitHubParameters.KeptOfIssue },
        ],
        Effects = [new("label", IsOn: true, "add"), new("label", IsOn: false, "remove")],
        Target = GitHubParameters.Target,
        Needs = new ArgumentChoice(IsExclusive: false, "add", "remove"),
        AlsoCalled = ["labels", "add_label", "add_labels", "remove_label", "labeler", "toggle"],
    };

    public ActionDescriptor Descriptor => Definition;

    public string? MissingSetting => github.MissingSetting;

    public ActionTarget? TargetOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wanted = Labels.Of(request);
        return wanted.IsEmpty ? null : github.TargetOf(GitHubTarget.OfIssue(request).Target, writes: Math.Min(1, wanted.Add.Count) + wanted.Remove.Count);
    }

    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (target, problem) = GitHubTarget.OfIssue(request);
        if (target is null)
        {
            return problem!;
        }

        var wanted = Labels.Of(request);
        return wanted.Problem is { } wrong
            ? ActionOutcome.Failed.Uncalled(wrong)
            : wanted.IsEmpty
                ? new ActionOutcome.Skipped("no labels to add or to remove")
                : await github.RunAsync(target, request, client => ApplyAsync(client, target, wanted), cancellation);
    }

    // Adding a label that is there and removing one that is not change nothing, so nothing is looked up first.
    private static async Task<ActionOutcome> ApplyAsync(IGitHubClient client, GitHubTarget target, Labels wanted)
    {
        if (wanted.Add.Count > 0)
        {
            await CreateMissingAsync(client, target, wanted.Add, wanted.Colour);
            await client.Issue.Labels.AddToIssue(target.Owner, target.Name, target.Number!.Value, [.. wanted.Add]);
        }

        var removed = new List<string>();
        foreach (var label in wanted.Remove)
        {
            if (await RemoveAsync(client, target, label))
            {
                removed.Add(label);
            }
        }

        var done = string.Join(" ", wanted.Add.Select(l => $"+{l}").Concat(removed.Select(l => $"-{l}")));
        return done.Length == 0 ? new ActionOutcome.Skipped($"{target} has no such label") : new ActionOutcome.Succeeded($"{target}: {done}");
    }

    private static async Task CreateMissingAsync(IGitHubClient client, GitHubTarget target, IReadOnlyList<string> labels, string? colour)
    {
        foreach (var label in colour is null ? [] : labels)
        {
            try
            {
                await client.Connection.Get<Label>(Address(target, $"labels/{Uri.EscapeDataString(label)}"), parameters: null);
            }
            catch (NotFoundException)
            {
                await CreateAsync(client, target, new NewLabel(label, colour));
            }
        }
    }

    private static async Task CreateAsync(IGitHubClient client, GitHubTarget target, NewLabel label)
    {
        try
        {
            await client.Issue.Labels.Create(target.Owner, target.Name, label);
        }
        catch (ApiValidationException e) when (e.ApiError?.Errors?.Any(d => d.Code == "already_exists") == true)
        {
            // Somebody was faster.
        }
    }

    private static async Task<bool> RemoveAsync(IGitHubClient client, GitHubTarget target, string label)
    {
        try
        {
            await client.Connection.Delete(Address(target, $"issues/{target.Number}/labels/{Uri.EscapeDataString(label)}"));
            return true;
        }
        catch (NotFoundException)
        {
            return false;
        }
    }

    // Octokit's own methods leave '/', '?' and '#' in a label's name as they are, and so reach something else.
    private static Uri Address(GitHubTarget target, string path) => new($"repos/{target.Owner}/{target.Name}/{path}", UriKind.Relative);

    private sealed partial record Labels(IReadOnlyList<string> Add, IReadOnlyList<string> Remove, string? Colour, string? Problem)
    {
        public bool IsEmpty => Add.Count == 0 && Remove.Count == 0;

        public static Labels Of(ActionRequest request)
        {
            var add = request.Arguments.TextsAt("add").Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            var remove = request.Arguments.TextsAt("remove").Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            var colour = ColourOf(request.Arguments.TextAt("create"));
            var problem = add.Intersect(remove, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } both
                ? $"the label '{Redaction.Clean(both)}' is both to be added and to be removed"
                : (ColourProblem(colour ?? "") ?? add.Concat(remove).Select(NameProblem).FirstOrDefault(p => p is not null))?.Message;
            return new Labels(add, remove, colour, problem);
        }

        public static ArgumentProblem? ColourProblem(string text) =>
            ColourOf(text) is { } colour && !Hex().IsMatch(colour) ? new($"create: '{Redaction.Clean(colour)}' is no colour of six hexadecimal digits, such as d73a4a") : null;

        // In the address of a call they would name something else.
        public static ArgumentProblem? NameProblem(string label) => label is "." or ".." ? new("'.' and '..' cannot be labels") : null;

        private static string? ColourOf(string? text) => text?.Trim().TrimStart('#') is { Length: > 0 } colour ? colour : null;

        [GeneratedRegex(@"\A[0-9a-fA-F]{6}\z")]
        private static partial Regex Hex();
    }
}
