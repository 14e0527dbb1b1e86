using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WebhookBot.Benchmarks.Common;

/// <summary>
/// A made-up <c>pull_request</c> <c>opened</c> delivery, shaped as GitHub's documentation says and brought to a size by the length of
/// its description: https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
/// </summary>
internal static class PullRequestBody
{
    public const int TenKilobytes = 10 * 1024;

    private const string Repository = "acme/shop";
    private const string When = "2026-01-05T11:58:00Z";

    private static readonly string[] UserLinks = ["followers", "following{/other_user}", "gists{/gist_id}", "starred{/owner}{/repo}", "subscriptions", "orgs", "repos", "events{/privacy}", "received_events"];

    private static readonly string[] RepositoryLinks = ["forks", "keys{/key_id}", "collaborators{/collaborator}", "teams", "hooks", "issues/events{/number}", "events", "assignees{/user}", "branches{/branch}", "tags", "git/blobs{/sha}", "git/tags{/sha}", "git/refs{/sha}", "git/trees{/sha}", "statuses/{sha}", "languages", "stargazers", "contributors", "subscribers", "subscription", "commits{/sha}", "comments{/number}"];

    private static readonly (string Name, string Path)[] PullRequestLinks =
    [
        ("diff", ".diff"), ("patch", ".patch"), ("issue", "/issue"), ("commits", "/commits"), ("review_comments", "/reviews"), ("review_comment", "/comments{/number}"),
        ("comments", "/comments"), ("statuses", "/statuses/9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"),
    ];

    private static readonly string[] Words = ["checkout", "retries", "payment", "the", "when", "a", "provider", "answers", "late", "and", "customer", "page", "explains", "idempotent", "request", "ledger", "timeout", "of", "is", "documented", "here", "because", "it", "was", "wrong", "before", "see", "also", "`Retry-After`", "[docs](https://docs.acme.test/checkout)"];

    /// <summary>A body of exactly that many bytes.</summary>
    /// <param name="bytes">At least 6 KB; fewer links below 10 KB.</param>
    /// <param name="number">The pull request's number, which is what the delivery is about.</param>
    public static byte[] Create(int bytes, int number)
    {
        var isWhole = bytes >= 9 * 1024;
        var bare = Write(number, "", isWhole).Length;
        var body = Write(number, Prose(bytes - bare, number), isWhole);
        return body.Length == bytes ? body : throw new InvalidOperationException($"{body.Length} bytes instead of {bytes}");
    }

    private static string Prose(int length, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(Words[random.Next(Words.Length)]).Append(' ').Append(random.Next(10) == 0 ? random.Next(10_000) : "").Append(' ');
        }

        return text.ToString(0, length);
    }

    private static byte[] Write(int number, string description, bool isWhole)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("action", "opened");
        json.WriteNumber("number", number);
        json.WritePropertyName("pull_request");
        PullRequest(json, number, description, isWhole);
        json.WritePropertyName("repository");
        WriteRepository(json, isWhole);
        json.WritePropertyName("sender");
        User(json, "octocat", isWhole);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void PullRequest(Utf8JsonWriter json, int number, string description, bool isWhole)
    {
        var api = $"https://api.github.com/repos/{Repository}/pulls/{number:D7}";
        json.WriteStartObject();
        json.WriteString("url", api);
        json.WriteNumber("id", 1_900_000_000L + number);
        json.WriteString("node_id", "PR_kwDOAbCdEf5xYz12");
        json.WriteString("html_url", $"https://github.com/{Repository}/pull/{number:D7}");
        foreach (var (name, path) in PullRequestLinks)
        {
            json.WriteString($"{name}_url", api + path);
        }

        json.WriteNumber("number", number);
        json.WriteString("state", "open");
        json.WriteBoolean("locked", false);
        json.WriteString("title", "Explain how the checkout retries a payment");
        json.WritePropertyName("user");
        User(json, "octocat", isWhole);
        json.WriteString("body", description);
        json.WriteString("created_at", When);
        json.WriteString("updated_at", When);
        json.WriteNull("closed_at");
        json.WriteNull("merged_at");
        json.WriteStartArray("assignees");
        json.WriteEndArray();
        json.WriteStartArray("requested_reviewers");
        json.WriteEndArray();
        json.WriteStartArray("requested_teams");
        json.WriteEndArray();
        Labels(json);
        Branch(json, "head", "docs/retries", "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432");
        Branch(json, "base", "main", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567");
        Links(json, api);
        json.WriteString("author_association", "CONTRIBUTOR");
        json.WriteBoolean("draft", false);
        json.WriteBoolean("merged", false);
        json.WriteString("mergeable_state", "unknown");
        json.WriteNumber("comments", 0);
        json.WriteNumber("review_comments", 0);
        json.WriteNumber("commits", 3);
        json.WriteNumber("additions", 31);
        json.WriteNumber("deletions", 12);
        json.WriteNumber("changed_files", 2);
        json.WriteEndObject();
    }

    private static void Links(Utf8JsonWriter json, string api)
    {
        json.WriteStartObject("_links");
        foreach (var (name, path) in PullRequestLinks.Append(("self", "")).Append(("html", "")))
        {
            json.WriteStartObject(name);
            json.WriteString("href", api + path);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Labels(Utf8JsonWriter json)
    {
        json.WriteStartArray("labels");
        foreach (var (id, name) in new[] { (1, "documentation"), (2, "checkout"), (3, "needs-review") })
        {
            json.WriteStartObject();
            json.WriteNumber("id", 800_000 + id);
            json.WriteString("node_id", "LA_kwDOAbCdEf5xYz12");
            json.WriteString("url", $"https://api.github.com/repos/{Repository}/labels/{name}");
            json.WriteString("name", name);
            json.WriteString("color", "0075ca");
            json.WriteBoolean("default", false);
            json.WriteString("description", "Improvements or additions");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Branch(Utf8JsonWriter json, string name, string reference, string sha)
    {
        json.WriteStartObject(name);
        json.WriteString("label", $"acme:{reference}");
        json.WriteString("ref", reference);
        json.WriteString("sha", sha);
        json.WritePropertyName("user");
        User(json, "acme", isWhole: false);
        json.WritePropertyName("repo");
        WriteRepository(json, isWhole: false);
        json.WriteEndObject();
    }

    private static void WriteRepository(Utf8JsonWriter json, bool isWhole)
    {
        json.WriteStartObject();
        json.WriteNumber("id", 700_000_001);
        json.WriteString("node_id", "R_kgDOAbCdEf");
        json.WriteString("name", "shop");
        json.WriteString("full_name", Repository);
        json.WriteBoolean("private", true);
        json.WritePropertyName("owner");
        User(json, "acme", isWhole);
        json.WriteString("html_url", $"https://github.com/{Repository}");
        json.WriteString("url", $"https://api.github.com/repos/{Repository}");
        json.WriteBoolean("fork", false);
        json.WriteString("default_branch", "main");
        json.WriteString("visibility", "private");
        foreach (var link in isWhole ? RepositoryLinks : [])
        {
            json.WriteString($"{link.Split('{')[0].Trim('/').Replace('/', '_')}_url", $"https://api.github.com/repos/{Repository}/{link}");
        }

        json.WriteEndObject();
    }

    private static void User(Utf8JsonWriter json, string login, bool isWhole)
    {
        json.WriteStartObject();
        json.WriteString("login", login);
        json.WriteNumber("id", 583_231);
        json.WriteString("node_id", "MDQ6VXNlcjU4MzIzMQ==");
        json.WriteString("type", login == "acme" ? "Organization" : "User");
        json.WriteBoolean("site_admin", false);
        json.WriteString("html_url", $"https://github.com/{login}");
        json.WriteString("avatar_url", "https://avatars.githubusercontent.com/u/583231?v=4");
        json.WriteString("url", $"https://api.github.com/users/{login}");
        foreach (var link in isWhole ? UserLinks : [])
        {
            json.WriteString($"{link.Split('{')[0]}_url", $"https://api.github.com/users/{login}/{link}");
        }

        json.WriteEndObject();
    }
}
