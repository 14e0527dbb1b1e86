using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Benchmarks.Common;

/// <summary>A delivery as GitHub sends and signs it.</summary>
internal static class GitHubRequest
{
    public const string Path = "/hooks/github";
    public const string Secret = "a-secret-of-the-benchmark-and-nothing-else";

    private const string Scheme = "sha256=";

    private static readonly byte[] s_secret = Encoding.UTF8.GetBytes(Secret);

    /// <summary>
    /// One about that pull request under a new id. Let no two have one number: the same body under another id is the same event to the bot,
    /// which calls nobody again for it.
    /// </summary>
    /// <param name="bytes">The length of its body.</param>
    /// <param name="number">The pull request.</param>
    public static HttpRequestMessage Create(int bytes, int number) => Create(PullRequestBody.Create(bytes, number), Guid.NewGuid().ToString());

    /// <summary>One that was not sent yet.</summary>
    /// <param name="body">A <c>pull_request</c>.</param>
    /// <param name="id">The delivery's id.</param>
    public static HttpRequestMessage Create(byte[] body, string id)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add("X-GitHub-Event", "pull_request");
        request.Headers.Add("X-GitHub-Delivery", id);
        request.Headers.Add("X-Hub-Signature-256", Sign(body));
        return request;
    }

    /// <summary>What stands in <c>X-Hub-Signature-256</c>.</summary>
    public static string Sign(byte[] body)
    {
        Span<byte> signature = stackalloc byte[Scheme.Length + (2 * HMACSHA256.HashSizeInBytes)];
        Sign(body, signature);
        return Encoding.ASCII.GetString(signature);
    }

    /// <summary>Writes what stands there.</summary>
    public static void Sign(ReadOnlySpan<byte> body, Span<byte> to)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(s_secret, body, hash);
        Encoding.ASCII.GetBytes(Scheme, to);
        Convert.TryToHexStringLower(hash, to[Scheme.Length..], out _);
    }
}
