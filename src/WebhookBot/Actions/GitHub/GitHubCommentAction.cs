using System.Text.Json;
using Octokit;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Actions.GitHub;

/// <summary>
/// <c>github.comment</c>: comments on an issue or pull request; with a key, keeps one comment up to date. Every comment carries a
/// marker that is looked for before one is created, so that a lost answer does not lead to a second comment.
/// </summary>
public sealed class GitHubCommentAction(GitHubCalls github, IJournal journal) : IAction
{
    /// <summary>What rule files know of it.</summary>
    public static readonly ActionDescriptor Definition = new("github.comment", "Comments on an issue or pull request.",
    [
        new("body", ParameterType.Text, "The comment, in Markdown.", IsRequired: true, Format: TextFormat.Markdown) { Form = text => string.IsNullOrWhiteSpace(text) ? new("the comment is empty") : null, AlsoCalled = ["text", "message", "comment", "content"] },
        new("key", ParameterType.Text, "Keeps one comment for this key and edits it, instead of adding another."),
        GitHubParameters.Repository,
        GitHubParameters.Number,
    ])
    {
        Causes =
        [
            new("github.issue_comment.created") { Without = "key", Keeps = [.. GitHubParameters.KeptOfIssue, "issue.labels", "issue.pull_request"] },
        ],
        Target = GitHubParameters.Target,
        AlsoCalled = ["issue_comment", "add_comment", "create_comment", "createComment"],
    };

    private static readonly ApiOptions AllPages = new() { PageSize = 100 };

    public ActionDescriptor Descriptor => Definition;

    public string? MissingSetting => github.MissingSetting;

    public string? SerialiseBy(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return GitHubTarget.OfIssue(request).Target is { } target && KeyOf(request) is { } key ? BookmarkKey(target, key) : null;
    }

    public ActionTarget? TargetOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return github.TargetOf(GitHubTarget.OfIssue(request).Target);
    }

    public async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (target, problem) = GitHubTarget.OfIssue(request);
        if (target is null)
        {
            return problem!;
        }

        var body = request.Arguments.TextAt("body");
        if (string.IsNullOrWhiteSpace(body))
        {
            return ActionOutcome.Failed.Uncalled("the body is empty");
        }

        return KeyOf(request) is { } key
            ? await KeepAsync(target, request, key, body, cancellation)
            : await github.RunAsync(target, request, client => AddOnceAsync(client, target, request, body), cancellation);
    }

    private async Task<ActionOutcome> KeepAsync(
        GitHubTarget target, ActionRequest request, string key, string body, CancellationToken cancellation)
    {
        var bookmark = await journal.RecallAsync(BookmarkKey(target, key), cancellation);
        var kept = Kept.Parse(bookmark?.Value);
        if (kept?.Sequence > request.Origin.Sequence)
        {
            return new ActionOutcome.Skipped("a newer event has already updated this comment");
        }

        var marker = CommentMarker.Of(key);
        return await github.RunAsync(
            target,
            request,
            async client =>
            {
                // Who deleted the one that was kept did not delete its successor, which an answer that was lost may have hidden.
                var edited = await EditAsync(client, target, kept?.Id, marker.Mark(body))
                    ?? await EditAsync(client, target, await FindAsync(client, target, marker, since: null), marker.Mark(body));
                var comment = edited ?? await CreateAsync(client, target, marker.Mark(body));
                var keep = new Kept(comment.Id, request.Origin.Sequence);
                return new ActionOutcome.Succeeded(
                    edited is not null ? $"edited the comment on {target}" : $"commented on {target}",
                    new Bookmark(BookmarkKey(target, key), JsonSerializer.Serialize(keep)));
            },
            cancellation);
    }

    private async Task<ActionOutcome> AddOnceAsync(IGitHubClient client, GitHubTarget target, ActionRequest request, string body)
    {
        var marker = CommentMarker.Of(request.Key);
        var since = request.Since - TimeSpan.FromMinutes(5);
        if (await FindAsync(client, target, marker, since) is not null)
        {
            return new ActionOutcome.Succeeded($"the comment on {target} was there already");
        }

        await CreateAsync(client, target, marker.Mark(body));
        return new ActionOutcome.Succeeded($"commented on {target}");
    }

    private async Task<long?> FindAsync(IGitHubClient client, GitHubTarget target, CommentMarker marker, DateTimeOffset? since)
    {
        var comments = await client.Issue.Comment.GetAllForIssue(
            target.Owner, target.Name, target.Number!.Value, new IssueCommentRequest { Since = since }, AllPages);
        var marked = comments.Where(c => marker.IsOn(c.Body)).ToList();
        if (marked.Count == 0)
        {
            return null;
        }

        // Anybody can copy the marker into a comment of their own.
        var bot = await github.BotLoginAsync();
        return marked.Find(c => string.Equals(c.User?.Login, bot, StringComparison.OrdinalIgnoreCase))?.Id;
    }

    private static async Task<IssueComment?> EditAsync(IGitHubClient client, GitHubTarget target, long? id, string body)
    {
        if (id is null)
        {
            return null;
        }

        try
        {
            return await client.Issue.Comment.Update(target.Owner, target.Name, id.Value, body)
                ?? throw GitHubRefusedException.Unreadable();
        }
        catch (ApiException e) when ((int)e.StatusCode is 404 or 410)
        {
            return null;
        }
    }

    private static async Task<IssueComment> CreateAsync(IGitHubClient client, GitHubTarget target, string body) =>
        await client.Issue.Comment.Create(target.Owner, target.Name, target.Number!.Value, body)
        ?? throw GitHubRefusedException.Unreadable();

    private static string? KeyOf(ActionRequest request) =>
        request.Arguments.TextAt("key") is { } key && !string.IsNullOrWhiteSpace(key) ? key.Trim() : null;

    private static string BookmarkKey(GitHubTarget target, string key) => $"github.comment {target.ToString().ToLowerInvariant()} {key}";

    private sealed record Kept(long Id, long Sequence)
    {
        public static Kept? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<Kept>(json);
    }
}
