using System.Globalization;

namespace WebhookBot.Tests.Peers;

/// <summary>
/// A GitHub with repositories, issues, labels, comments, workflows and pull request files. Every call has to carry the app's
/// JWT or an installation's token, whichever is right for it.
/// </summary>
public sealed class FakeGitHub : IAsyncDisposable
{
    private readonly Dictionary<string, FakeRepository> _repositories = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private long _nextId = 1000;

    private FakeGitHub(FakePeer peer, TimeProvider time)
    {
        (Peer, _time, App) = (peer, time, new FakeGitHubApp(time));
        Webhook = new FakeWebhook(App, time);
    }

    public FakePeer Peer { get; }

    public FakeGitHubApp App { get; }

    /// <summary>The app's webhook, and the log of what was sent to it.</summary>
    public FakeWebhook Webhook { get; }

    public Uri Url => Peer.Url;

    /// <summary>The settings with which the application calls it.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["GitHub:ApiUrl"] = Url.AbsoluteUri,
        ["GitHub:AppId"] = App.Id,
        ["GitHub:PrivateKey"] = App.PrivateKeyPem,
    };

    /// <summary>How often an installation was looked up by its repository.</summary>
    public int InstallationLookups { get; private set; }

    public static async Task<FakeGitHub> StartAsync(TimeProvider time)
    {
        var github = new FakeGitHub(await FakePeer.StartAsync(), time);
        github.RegisterApp();
        github.RegisterLabels();
        github.RegisterComments();
        github.RegisterTheRest();
        return github;
    }

    /// <summary>A repository on which the app is installed.</summary>
    public FakeRepository Repository(string fullName, long installation = 77)
    {
        if (!_repositories.TryGetValue(fullName, out var repository))
        {
            _repositories[fullName] = repository = new FakeRepository(installation);
        }

        return repository;
    }

    /// <summary>Answers the next calls about repositories in this way.</summary>
    public void Next(PeerAnswer answer, int times = 1, string? method = null) =>
        Peer.Next(answer, times, r =>
            r.Path.StartsWith("/repos/", StringComparison.Ordinal)
            && !r.Path.EndsWith("/installation", StringComparison.Ordinal)
            && (method is null || r.Method == method));

    public void Verify() => Peer.Verify();

    public async ValueTask DisposeAsync()
    {
        await Webhook.DisposeAsync();
        await Peer.DisposeAsync();
    }

    private void RegisterApp()
    {
        Peer.On("GET", "/app", AsApp(_ => PeerAnswer.Json(new { id = 12345, slug = App.Slug })));
        Peer.On("GET", "/app/hook/deliveries", AsApp(r => Webhook.List(r, Peer.Complain)));
        Peer.On("GET", "/app/hook/deliveries/{id}", AsApp(r => Webhook.Get(r.Route["id"]) ?? NotFound));
        Peer.On("POST", "/app/hook/deliveries/{id}/attempts", AsApp(r => Webhook.SendAgain(r.Route["id"]) ?? NotFound));
        Peer.On("POST", "/app/installations/{id}/access_tokens", AsApp(r =>
        {
            var id = long.Parse(r.Route["id"], CultureInfo.InvariantCulture);
            var installed = _repositories.Where(x => x.Value.Installation == id).Select(x => x.Key.Split('/')[1]).ToList();
            if (installed.Count == 0)
            {
                return NotFound;
            }

            // One repository at a time: nobody asks for more than an action needs.
            if (r.Json["repositories"]?.AsArray() is not [{ } one])
            {
                Peer.Complain($"{r}: the token is not for one repository");
                return NotFound;
            }

            if (!installed.Contains(one.GetValue<string>(), StringComparer.OrdinalIgnoreCase))
            {
                return PeerAnswer.Json(new { message = "There is at least one repository that does not exist or is not accessible to the parent installation." }, 422);
            }

            var (token, expires) = App.Issue(id, one.GetValue<string>());
            return PeerAnswer.Json(new { token, expires_at = expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) }, 201);
        }));
        Peer.On("GET", "/repos/{owner}/{repo}/installation", AsApp(r =>
        {
            InstallationLookups++;
            return Find(r) is { } found ? PeerAnswer.Json(new { id = found.Installation }) : NotFound;
        }));
    }

    private void RegisterLabels()
    {
        On("GET", "/issues/{number}/labels", (repository, r) => PeerAnswer.Json(repository.LabelsOf(Number(r)).Select(Label)));
        On("POST", "/issues/{number}/labels", (repository, r) =>
        {
            var names = r.Json.AsArray().Select(n => n!.GetValue<string>()).ToList();
            names.ForEach(n => repository.LabelsOf(Number(r)).Add(n));
            names.ForEach(n => repository.Labels.TryAdd(n, "ededed"));
            return PeerAnswer.Json(repository.LabelsOf(Number(r)).Select(Label));
        });
        On("DELETE", "/issues/{number}/labels/{label}", (repository, r) =>
            repository.LabelsOf(Number(r)).Remove(r.Route["label"])
                ? PeerAnswer.Json(repository.LabelsOf(Number(r)).Select(Label))
                : NotFound);
        On("GET", "/labels/{label}", (repository, r) =>
            repository.Labels.TryGetValue(r.Route["label"], out var colour)
                ? PeerAnswer.Json(new { name = r.Route["label"], color = colour })
                : NotFound);
        On("POST", "/labels", (repository, r) =>
        {
            var name = r.Json["name"]!.GetValue<string>();
            return repository.Labels.TryAdd(name, r.Json["color"]!.GetValue<string>())
                ? PeerAnswer.Json(Label(name), 201)
                : PeerAnswer.Json(new { message = "Validation Failed", errors = new[] { new { code = "already_exists" } } }, 422);
        });
    }

    private void RegisterComments()
    {
        On("GET", "/issues/{number}/comments", (repository, r) =>
            Page(r, repository.Comments
                .Where(c => c.Issue == Number(r) && (!r.Query.TryGetValue("since", out var since) || c.UpdatedAt >= DateTimeOffset.Parse(since, CultureInfo.InvariantCulture)))
                .Select(Comment).ToList()));
        On("POST", "/issues/{number}/comments", (repository, r) =>
        {
            var comment = new FakeComment(_nextId++, Number(r), App.Slug + "[bot]", r.Json["body"]!.GetValue<string>()) { UpdatedAt = _time.GetUtcNow() };
            if (comment.Body.Length > 65_536)
            {
                return PeerAnswer.Json(new { message = "Body is too long (maximum is 65536 characters)" }, 422);
            }

            repository.Comments.Add(comment);
            return PeerAnswer.Json(Comment(comment), 201);
        });
        On("PATCH", "/issues/comments/{id}", (repository, r) =>
        {
            var at = repository.Comments.FindIndex(c => c.Id == long.Parse(r.Route["id"], CultureInfo.InvariantCulture));
            if (at < 0)
            {
                return NotFound;
            }

            repository.Comments[at] = repository.Comments[at] with { Body = r.Json["body"]!.GetValue<string>() };
            return PeerAnswer.Json(Comment(repository.Comments[at]));
        });
    }

    private void RegisterTheRest()
    {
        On("GET", "", (repository, r) => PeerAnswer.Json(new { name = r.Route["repo"], default_branch = repository.DefaultBranch }));
        On("GET", "/pulls/{number}/files", (repository, r) => Page(r, repository.FilesOf(Number(r)).ToList<object>()));
        On("POST", "/actions/workflows/{file}/dispatches", (repository, r) =>
        {
            repository.WorkflowRuns.Add(new FakeWorkflowRun(r.Route["file"], r.Json["ref"]!.GetValue<string>(), r.Json["inputs"]));
            return new PeerAnswer(204);
        });
        On("POST", "/dispatches", (repository, r) =>
        {
            repository.Dispatches.Add(new FakeDispatch(r.Json["event_type"]!.GetValue<string>(), r.Json["client_payload"]));
            return new PeerAnswer(204);
        });
    }

    private void On(string method, string path, Func<FakeRepository, PeerRequest, PeerAnswer> answer) =>
        Peer.On(method, "/repos/{owner}/{repo}" + path, r =>
            App.ScopeOf(r.Header("Authorization")) is not { } scope ? BadCredentials
            : Find(r) is { } repository && repository.Installation == scope.Installation && IsOf(scope.Repository, r) ? answer(repository, r)
            : NotFound);

    // A repository that was renamed is still the one that the token is for.
    private bool IsOf(string repository, PeerRequest r) =>
        string.Equals(r.Route["repo"], repository, StringComparison.OrdinalIgnoreCase) || _repositories.Any(x => x.Key.EndsWith($"/{repository}", StringComparison.OrdinalIgnoreCase) && x.Value.RenamedTo == r.Route["repo"]);

    private Func<PeerRequest, PeerAnswer> AsApp(Func<PeerRequest, PeerAnswer> answer) => r =>
    {
        if (App.ProblemOfJwt(r.Header("Authorization")) is not { } problem)
        {
            return answer(r);
        }

        Peer.Complain($"{r}: {problem}");
        return BadCredentials;
    };

    private static PeerAnswer Page(PeerRequest r, List<object> all)
    {
        var size = int.Parse(r.Query.GetValueOrDefault("per_page", "30"), CultureInfo.InvariantCulture);
        var page = int.Parse(r.Query.GetValueOrDefault("page", "1"), CultureInfo.InvariantCulture);
        var answer = PeerAnswer.Json(all.Skip((page - 1) * size).Take(size));
        return page * size < all.Count
            ? answer.With("Link", $"<http://{r.Header("Host")}{r.Path}?per_page={size}&page={page + 1}>; rel=\"next\"")
            : answer;
    }

    private FakeRepository? Find(PeerRequest r) => _repositories.GetValueOrDefault($"{r.Route["owner"]}/{r.Route["repo"]}");

    private static int Number(PeerRequest r) => int.Parse(r.Route["number"], CultureInfo.InvariantCulture);

    private static object Label(string name) => new { id = 1, name, color = "ededed" };

    private object Comment(FakeComment c) => new
    {
        id = c.Id,
        body = c.Body,
        user = new { login = c.Author, id = 1, type = "Bot" },
        created_at = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    private static PeerAnswer NotFound => PeerAnswer.Json(new { message = "Not Found" }, 404);

    private static PeerAnswer BadCredentials => PeerAnswer.Json(new { message = "Bad credentials" }, 401);
}
