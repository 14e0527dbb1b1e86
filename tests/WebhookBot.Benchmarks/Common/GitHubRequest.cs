using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBot.Benchmarks.Common;

/// <summary>A delivery as GitHub sends and signs it.</summary>
internal static class GitHubRequest
{
    public const string Path = "/hooks/github";
    public const string Secret = "a-secret-of-the-benchmark-and-nothing-else";

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
    public static string Sign(byte[] body) => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body))}";
}
